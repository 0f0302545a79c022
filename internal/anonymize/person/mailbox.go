package person

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// mailboxes tells an address of one person from one that several share. Two
// rows of one source that have an address in common but no word of their names
// are two people with one mailbox: the address joins neither with the other. Of
// rows in other sources with that address, each is joined with the one whose
// name it bears, or else with the first.
type mailboxes struct {
	records []Record
	shared  map[string]*mailbox // of several people, by address
}

// mailbox is the people who share an address.
type mailbox struct {
	owners []int32 // in order, the first one of all in front
	known  *owners // nil while they are few
}

// mostCompared is how many owners are compared one by one: a mailbox such as
// info@acme.com can have thousands.
const mostCompared = 8

// join joins record i with the owner of its address, of which first is the
// first one.
func (m *mailboxes) join(sets union, email string, first, i int32) {
	box := m.shared[email]
	if box == nil {
		if m.records[first].Source != m.records[i].Source || !strangers(&m.records[first], &m.records[i]) {
			sets.join(i, first)
			return
		}
		if m.shared == nil {
			m.shared = make(map[string]*mailbox)
		}
		m.shared[email] = &mailbox{owners: []int32{first, i}}
		return
	}
	owner, same := m.ownerOf(box, i)
	switch {
	case owner >= 0:
		sets.join(i, owner)
	case !same:
		sets.join(i, first)
	default:
		if box.owners = append(box.owners, i); box.known != nil {
			box.known.add(&m.records[i], i)
		}
	}
}

// ownerOf returns the first owner of a mailbox who is no stranger to record i,
// −1 if there is none, and whether one of them is of its source.
func (m *mailboxes) ownerOf(box *mailbox, i int32) (owner int32, same bool) {
	r := &m.records[i]
	if len(box.owners) > mostCompared {
		if box.known == nil {
			box.known = newOwners()
			for _, n := range box.owners {
				box.known.add(&m.records[n], n)
			}
		}
		return box.known.of(r), box.known.sources[r.Source]
	}
	for _, n := range box.owners {
		if !strangers(&m.records[n], r) {
			return n, true
		}
		same = same || m.records[n].Source == r.Source
	}
	return -1, same
}

// strangers reports whether two records of different ids have names without a
// common word. Names in two scripts cannot be compared, and an initial stands
// for any word that begins with it.
func strangers(a, b *Record) bool {
	if a.Source == b.Source && a.ID == b.ID {
		return false
	}
	one, other := allNames(a), allNames(b)
	if one == other || scriptOf(one) != scriptOf(other) || scriptOf(one) == noScript {
		return false
	}
	if scriptOf(one).unspaced() {
		return clean(one) != clean(other)
	}
	words, others := wordsOfName(one), wordsOfName(other)
	return !slices.ContainsFunc(words, func(x string) bool {
		return slices.ContainsFunc(others, func(y string) bool { return x == y || initialOf(x, y) || initialOf(y, x) })
	})
}

// allNames returns everything that a record calls somebody.
func allNames(r *Record) string { return r.Name + " " + r.First + " " + r.Last }

// wordsOfName returns the words of a name, folded.
func wordsOfName(name string) []string {
	return strings.FieldsFunc(foldName(name), func(r rune) bool { return !unicode.IsLetter(r) })
}

// initialOf reports whether x is the one letter that y begins with.
func initialOf(x, y string) bool {
	return utf8.RuneCountInString(x) == 1 && strings.HasPrefix(y, x)
}
