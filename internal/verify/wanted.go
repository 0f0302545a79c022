package verify

import (
	"hash/maphash"
	"strings"
	"unicode/utf8"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
)

// maxWords is the longest name looked for, in words, where each character of a
// script without blanks is one; fewestAlone the shortest name in such a
// script, whose characters stand beside each other by accident more often than
// words do.
const (
	maxWords    = 24
	fewestAlone = 3
)

// Wanted is whom to look for: the source's own e-mails, full names and phone
// numbers, as keyed hashes. It is immutable and shared.
type Wanted struct {
	letters  *alphabet
	names    *set // full names
	common   *set // those of names that need capitals
	first    *set // the first word of a name
	begun    *set // how a name begins, from two words on
	families *set // family names alone
	emails   *set
	domains  *set // of those, and of the control
	phones   *set // digits, without leading zeros
	numeric  bool // a name has no letter

	seed    maphash.Seed
	people  *person.Index
	control Control
	key     []byte // for the hashes that a report shows
}

// NewWanted prepares the search for the people of an index and for a control.
// key, random bytes of this run, hides what a report's hashes stand for.
func NewWanted(people *person.Index, control Control, key []byte) *Wanted {
	n := people.Len()
	w := &Wanted{
		letters: newAlphabet(newHasher()), names: newSet(3 * n), common: newSet(0), first: newSet(n), begun: newSet(4 * n), families: newSet(n),
		emails: newSet(2 * n), domains: newSet(0), phones: newSet(3 * n), seed: maphash.MakeSeed(), people: people, control: control, key: key,
	}
	b := builder{Wanted: w, words: make(map[uint64]bool)}
	for text := range strings.FieldsSeq(commonWords) {
		b.words[b.wordsOf(text)[0].plain] = true
	}
	for i := range int32(n) {
		b.person(&people.At(i).Real)
	}
	b.domains.add(b.letters.bytes([]byte(controlDomain)))
	for _, s := range []*set{w.names, w.common, w.first, w.begun, w.families, w.emails, w.domains, w.phones} {
		s.fit()
	}
	return w
}

// builder fills a Wanted.
type builder struct {
	*Wanted
	words map[uint64]bool // common words
}

func (b *builder) person(real *person.Real) {
	for _, name := range real.Names {
		b.name(name.Full)
		b.family(name.Family)
		if name.Given == "" || name.Family == "" {
			continue
		}
		givens := []string{name.Given}
		if first, _, more := strings.Cut(name.Given, " "); more {
			givens = append(givens, first)
		}
		for _, given := range givens {
			b.name(given + " " + name.Family)
			b.name(name.Family + " " + given)
		}
	}
	for _, email := range real.Emails {
		b.emails.add(b.letters.bytes([]byte(email)))
		b.domains.add(b.letters.bytes([]byte(email[strings.LastIndexByte(email, '@')+1:])))
	}
	for _, phone := range real.Phones {
		b.phone([]byte(phone))
	}
}

// wordsOf splits a text into words.
func (w *Wanted) wordsOf(text string) []word {
	var words []word
	s := []byte(text)
	for next, ok := w.letters.next(s, 0); ok; next, ok = w.letters.next(s, next.end) {
		words = append(words, next)
	}
	return words
}

// name adds a name of two words or more; single words are too common to be
// proof of anything.
func (b *builder) name(full string) {
	words := b.wordsOf(full)
	if len(words) < 2 || len(words) > maxWords {
		return
	}
	if r, _ := utf8.DecodeRuneInString(full[words[0].start:]); b.letters.of(r).class == alone && len(words) < fewestAlone {
		return
	}
	b.numeric = b.numeric || marksOf([]byte(full))&hasLetter == 0
	common := true
	for _, w := range words {
		common = common && b.words[w.plain]
	}
	for _, first := range forms(words[0]) {
		b.first.add(first)
		b.rest(first, words[1:], common)
	}
}

// rest adds what follows the beginning of a name, in all forms of its words.
func (b *builder) rest(begun uint64, words []word, common bool) {
	for _, form := range forms(words[0]) {
		h := b.letters.join(begun, form)
		b.begun.add(h)
		if len(words) > 1 {
			b.rest(h, words[1:], common)
			continue
		}
		b.names.add(h)
		if common {
			b.common.add(h)
		}
	}
}

// forms returns the one or two hashes of a word.
func forms(w word) []uint64 {
	if w.plain == w.spelled {
		return []uint64{w.plain}
	}
	return []uint64{w.plain, w.spelled}
}

// maxFamily is the longest family name that is known alone, in words.
const maxFamily = 3

func (b *builder) family(family string) {
	words := b.wordsOf(family)
	if len(words) == 0 || len(words) > maxFamily || utf8.RuneCountInString(family) < 2 {
		return
	}
	b.numeric = b.numeric || marksOf([]byte(family))&hasLetter == 0
	h := words[0].plain
	for _, w := range words[1:] {
		h = b.letters.join(h, w.plain)
	}
	b.families.add(h)
}

// allowed reports whether addresses of a domain may stand in a copy: it is
// one that pseudonyms are given, or one that is kept.
func (w *Wanted) allowed(domain string) bool {
	if w.people.KeptDomain(domain) {
		return true
	}
	label, parent, _ := strings.Cut(domain, ".")
	return parent == w.people.Domain() && strings.HasPrefix(label, "d-")
}
