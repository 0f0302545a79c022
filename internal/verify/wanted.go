package verify

import (
	"hash/maphash"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
)

// maxWords is the longest name looked for, in words, where each character of a
// script without blanks is one; fewestAlone the shortest name in such a
// script that counts within a text: two characters stand beside each other by
// accident more often than words do, and must stand alone.
const (
	maxWords    = 24
	fewestAlone = 3
)

// Wanted is whom to look for: the source's own e-mails, full names and phone
// numbers, as keyed hashes. It is immutable and shared.
type Wanted struct {
	letters  *alphabet
	names    *set // full names
	common   *set // those of names that need capitals, or nothing beside them
	first    *set // the first word of a name
	begun    *set // how a name begins, from two words on
	families *set // family names alone
	wordy    *set // those that are nothing but words
	initials *set // of a given name, and the family name; or the latter alone, as it stands beside a title
	titles   map[uint64]title
	titled   *set // the same hashes
	koreans  *set // full names in Hangul, written together

	particles map[string]bool // that may follow those
	ranks     [][]byte        // titles that may follow a family name
	saying    map[uint64]bool // family names that are more before such
	lent      map[uint64]bool // given names of pseudonyms in Chinese, Japanese and Korean
	emails    *set
	domains   *set // of those, and of the control
	phones    *set // digits, without leading zeros
	numeric   bool // a name has no letter
	guesses   []guess
	latin1    guess

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
		letters: newAlphabet(newHasher()), names: newSet(3 * n), common: newSet(0), first: newSet(n), begun: newSet(4 * n), families: newSet(n), wordy: newSet(0), initials: newSet(n), koreans: newSet(0), titled: newSet(0),
		emails: newSet(2 * n), domains: newSet(0), phones: newSet(3 * n), seed: maphash.MakeSeed(), lent: make(map[uint64]bool), people: people, control: control, key: key,
	}
	b := builder{Wanted: w, words: make(map[uint64]bool), wide: make(map[rune]bool)}
	lettersOf(b.wide, "äöüßåæøœéèáàçñ")
	for text := range strings.FieldsSeq(commonWords) {
		b.words[b.wordsOf(text)[0].plain] = true
	}
	b.addTitles()
	b.addKorean()
	for i := range int32(n) {
		b.lend(people.At(i).Given)
	}
	for i := range int32(n) {
		b.person(&people.At(i).Real)
	}
	b.domains.add(b.letters.bytes([]byte(controlDomain)))
	w.guesses = guesses(b.wide)
	w.latin1, _ = newGuess(charmap.ISO8859_1, b.wide)
	for _, s := range []*set{w.names, w.common, w.first, w.begun, w.families, w.wordy, w.initials, w.koreans, w.emails, w.domains, w.phones} {
		s.fit()
	}
	return w
}

// builder fills a Wanted.
type builder struct {
	*Wanted
	words map[uint64]bool // common words
	wide  map[rune]bool   // letters beyond ASCII
}

func (b *builder) person(real *person.Real) {
	for _, name := range real.Names {
		lettersOf(b.wide, name.Full)
		b.family(name.Family)
		b.korean(name.Family + name.Given)
		western := name.Given != "" && name.Full == name.Given+" "+name.Family
		if !western { // 소라 한 is no 소라한
			b.korean(name.Full)
		}
		if western = western && b.solitary(name.Given); !western {
			b.name(name.Full)
		}
		b.called(name.Family)
		if name.Given == "" || name.Family == "" {
			continue
		}
		givens := []string{name.Given}
		if first, _, more := strings.Cut(name.Given, " "); more {
			givens = append(givens, first)
		}
		for _, given := range givens {
			if !western {
				b.name(given + " " + name.Family)
			}
			b.name(name.Family + " " + given)
		}
		b.initial(name.Given, name.Family)
		if first, behind := variants(name.Given, name.Family); behind != "" || first != "" {
			b.name(behind)
			if first != "" {
				b.name(name.Given + " " + first)
				b.name(first + " " + name.Given)
			}
		}
	}
	for _, email := range real.Emails {
		lettersOf(b.wide, email)
		normal, sign := standard(nil, []byte(email), strings.LastIndexByte(email, '@'))
		b.emails.add(b.letters.bytes(normal))
		b.domains.add(b.letters.bytes(normal[sign+1:]))
	}
	for _, phone := range real.Phones {
		b.phone([]byte(phone))
	}
}

// lend remembers the given name of a pseudonym. Where it is also somebody's real name, 한솔 that of 한 솔, it says nothing
// before a title: the pseudonym is called so.
func (b *builder) lend(given string) {
	if r, n := utf8.DecodeRuneInString(given); n < 3 || !unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul) {
		return
	}
	h, words := b.letters.begin, b.wordsOf(given)
	for _, w := range words {
		h = b.letters.join(h, w.plain)
	}
	b.lent[h], b.lent[words[0].plain] = true, true
}

// lentWhole reports a name that is a pseudonym's given name, too: 江涛 is that of 江 涛.
func (b *builder) lentWhole(words []word) bool {
	h := b.letters.begin
	for _, w := range words {
		h = b.letters.join(h, w.plain)
	}
	return b.lent[h]
}

// solitary reports a name in a script without blanks. Nobody writes the given name first in one: 晓东 with the first
// character of 方便 behind it is nobody.
func (b *builder) solitary(name string) bool {
	r, _ := utf8.DecodeRuneInString(name)
	return b.letters.of(r).class == alone
}

// variants returns the first half of a double family name, with its particles,
// and a name as it is sorted: "Berg, Jan van der". "" where there is no such
// thing.
func variants(given, family string) (first, behind string) {
	base := 0 // where the particles end
	for base < len(family) {
		r, _ := utf8.DecodeRuneInString(family[base:])
		next := strings.IndexByte(family[base:], ' ')
		if next < 0 || unicode.IsUpper(r) || !unicode.In(r, unicode.Latin) && r != '\'' && r != '’' {
			break
		}
		base += next + 1
	}
	if base > 0 {
		behind = family[base:] + " " + given + " " + family[:base-1]
	}
	for at := base; ; { // a particle in a capital is no half: De Santis, Ó Súilleabháin
		half := strings.IndexAny(family[at:], "- ")
		if half <= 0 {
			return "", behind
		}
		if !particles[strings.ToLower(family[at:at+half])] {
			return family[:at+half], behind
		}
		at += half + 1
	}
}

// particles are words in front of a family name that say nothing without it.
var particles = func() map[string]bool {
	set := make(map[string]bool)
	for word := range strings.FieldsSeq(`
		a al ap ar af av aw ben bin bint d da dal dalla das de dei del della delle der des di do dos du e el es fitz ibn il im in l la las le les lo los
		m mac mc mag ní ni nic o ó of op pour r s saint san sankt santa são sri st st. sta ste t ten ter the to tor u ua uí ui und v van ver vom von vor
		y z zu zum zur 't 's`) {
		set[word] = true
	}
	return set
}()

// initial adds the first letter of a given name with the family name, unless
// that is nothing but words.
func (b *builder) initial(given, family string) {
	words := b.wordsOf(family)
	if len(words) == 0 || len(words) > maxFamily || len(family) < 2 {
		return
	}
	common := true
	for _, w := range words {
		common = common && b.words[w.plain]
	}
	letter := b.wordsOf(given)
	if common || len(letter) == 0 {
		return
	}
	_, n := utf8.DecodeRuneInString(given[letter[0].start:])
	letter = b.wordsOf(given[letter[0].start : letter[0].start+n])
	if len(letter) != 1 || b.letters.of([]rune(given[letter[0].start:])[0]).class == alone {
		return
	}
	b.initialled(b.letters.join(b.letters.begin, letter[0].plain), words)
}

// initialled adds what follows an initial, in all forms of its words.
func (b *builder) initialled(begun uint64, words []word) {
	for _, form := range forms(words[0]) {
		if h := b.letters.join(begun, form); len(words) > 1 {
			b.initialled(h, words[1:])
		} else {
			b.initials.add(h)
		}
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
	b.numeric = b.numeric || marksOf([]byte(full))&hasLetter == 0
	common := true
	for _, w := range words {
		common = common && b.words[w.plain]
	}
	if r, _ := utf8.DecodeRuneInString(full[words[0].start:]); b.letters.of(r).class == alone {
		if b.lentWhole(words) {
			return
		}
		common = common || len(words) < fewestAlone
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
	h, common := words[0].plain, b.words[words[0].plain]
	for _, w := range words[1:] {
		h, common = b.letters.join(h, w.plain), common && b.words[w.plain]
	}
	if b.families.add(h); common {
		b.wordy.add(h)
	}
}

// allowed reports whether addresses of a domain may stand in a copy: it is
// one that pseudonyms are given, or one that is kept.
func (w *Wanted) allowed(domain string) bool {
	if w.kept(domain) {
		return true
	}
	label, parent, _ := strings.Cut(domain, ".")
	return parent == w.people.Domain() && strings.HasPrefix(label, "d-")
}

// kept reports a domain that the rules keep, in its letters or coded.
func (w *Wanted) kept(domain string) bool {
	if w.people.KeptDomain(domain) {
		return true
	}
	coded := asciiDomain(domain)
	return coded != domain && w.people.KeptDomain(coded)
}
