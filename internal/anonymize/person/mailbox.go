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
	shared  map[string][]int32 // further owners, by address
}

// join joins record i with the owner of its address, of which first is the
// first one.
func (m *mailboxes) join(sets union, email string, first, i int32) {
	owners := m.shared[email]
	if len(owners) == 0 && m.records[first].Source != m.records[i].Source {
		sets.join(i, first)
		return
	}
	same := m.records[first].Source == m.records[i].Source
	for _, owner := range append([]int32{first}, owners...) {
		if !strangers(&m.records[owner], &m.records[i]) {
			sets.join(i, owner)
			return
		}
		same = same || m.records[owner].Source == m.records[i].Source
	}
	if !same {
		sets.join(i, first)
		return
	}
	if m.shared == nil {
		m.shared = make(map[string][]int32)
	}
	m.shared[email] = append(owners, i)
}

// strangers reports whether two records of different ids have names without a
// common word. Names in two scripts cannot be compared, and an initial stands
// for any word that begins with it.
func strangers(a, b *Record) bool {
	if a.Source == b.Source && a.ID == b.ID {
		return false
	}
	one, other := a.Name+" "+a.First+" "+a.Last, b.Name+" "+b.First+" "+b.Last
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

// wordsOfName returns the words of a name, folded.
func wordsOfName(name string) []string {
	return strings.FieldsFunc(foldName(name), func(r rune) bool { return !unicode.IsLetter(r) })
}

// initialOf reports whether x is the one letter that y begins with.
func initialOf(x, y string) bool {
	return utf8.RuneCountInString(x) == 1 && strings.HasPrefix(y, x)
}
