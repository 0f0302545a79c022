package verify

import (
	"bytes"
	"hash/maphash"
	"strings"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
)

// maxWords is the longest name looked for, in words.
const maxWords = 6

// Wanted is whom to look for: the source's own e-mails, full names and phone
// numbers, as keyed hashes. It is immutable and shared.
type Wanted struct {
	seed   maphash.Seed
	names  *set // full names, words folded and joined by one blank
	firsts *set // their first words: most windows end here
	emails *set
	phones *set // digits, without leading zeros

	people  *person.Index
	control Control
	key     []byte // for the hashes that a report shows
}

// NewWanted prepares the search for the people of an index and for a control.
// key, random bytes of this run, hides what a report's hashes stand for.
func NewWanted(people *person.Index, control Control, key []byte) *Wanted {
	seed := maphash.MakeSeed()
	n := people.Len()
	w := &Wanted{seed: seed, names: newSet(seed, 3*n), firsts: newSet(seed, 2*n), emails: newSet(seed, 2*n), phones: newSet(seed, n),
		people: people, control: control, key: key}
	for i := range int32(n) {
		w.add(&people.At(i).Real)
	}
	return w
}

func (w *Wanted) add(real *person.Real) {
	for _, name := range real.Names {
		w.addName(name.Full)
		if name.Given != "" && name.Family != "" {
			w.addName(name.Given + " " + name.Family)
			w.addName(name.Family + " " + name.Given)
		}
	}
	for _, email := range real.Emails {
		w.emails.add([]byte(email))
	}
	for _, phone := range real.Phones {
		w.phones.add(bytes.TrimLeft([]byte(phone), "0"))
	}
}

// addName adds a name of two words or more; single words are too common to be
// proof of anything.
func (w *Wanted) addName(full string) {
	words := wordsOf(full)
	if len(words) < 2 || len(words) > maxWords {
		return
	}
	w.firsts.add([]byte(words[0]))
	w.names.add([]byte(strings.Join(words, " ")))
}

// allowed reports whether an address may stand in a copy: it lies in a domain
// that pseudonyms are given, or in one that is kept.
func (w *Wanted) allowed(normal []byte) bool {
	_, domain, _ := bytes.Cut(normal, []byte("@"))
	if w.people.KeptDomain(string(domain)) {
		return true
	}
	label, parent, _ := strings.Cut(string(domain), ".")
	return parent == w.people.Domain() && strings.HasPrefix(label, "d-")
}
