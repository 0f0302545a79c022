package filler

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/text"
)

// tableFiles holds a folder for each version of the tables, in it a folder for
// each kind of value, with a file for each country or language. A line of a
// file is "list: item, item"; lists that have several lines are one.
//
//go:embed tables
var tableFiles embed.FS

// Tables is one version of the tables. It is immutable and may be shared by
// any number of goroutines.
type Tables struct {
	address, job, company vocabulary
}

// Version reads the tables of a version, "v1" for instance, in a few
// milliseconds.
func Version(version string) (*Tables, error) {
	t := new(Tables)
	for kind, v := range map[string]*vocabulary{"address": &t.address, "job": &t.job, "company": &t.company} {
		if err := v.read(path.Join("tables", version, kind)); err != nil {
			return nil, fmt.Errorf("read tables of %s: %w", kind, err)
		}
	}
	return t, nil
}

// mixed is the place of what tells no place.
const mixed = "mixed"

// set is a set of places of a vocabulary, by their numbers.
type set uint32

// vocabulary is the tables of one kind of value.
type vocabulary struct {
	places []place
	words  map[string]word // folded, of one word or several
	shapes map[string]set  // of postcodes
	marks  map[rune]set    // letters that tell a place
	ends   []string        // the suffixes of all places, longest first
}

// place is the table of a country or a language.
type place struct {
	name  string
	lists map[string][]string
}

// word is what a folded word is, in which places.
type word struct {
	roles role
	in    set
}

// role is what a word does in a value. A word can have several.
type role uint32

const (
	isKind     role = 1 << iota // of street: rue, Straße
	isSuffix                    // the same at the end of a word: Linden|straße
	isLead                      // begins the name of a street that has no such word: Am, Les
	isParticle                  // stands in names: de la
	isNeutral                   // tells nothing: Apt, bis
	isCountry
	isCity
	isState  // in two letters
	isRegion // the same in words
	isNation // a country in two letters
	begins   // several words that are one
	isForm   // of a company: GmbH
	isSector // what companies say that they do: Consulting
	isRank   // of a job: Senior
	isHead   // rank that what is led follows: Head of
	isTask   // a job
	isField  // what is led: Marketing
)

// roleOf names the list of each role.
func roleOf() map[string]role {
	return map[string]role{
		"kind": isKind, "suffix": isSuffix, "lead": isLead, "particle": isParticle, "neutral": isNeutral, "country": isCountry, "city": isCity,
		"state": isState, "iso": isNation, "region": isRegion, "form": isForm, "sector": isSector, "rank": isRank, "head": isHead, "task": isTask, "field": isField,
	}
}

func (v *vocabulary) read(folder string) error {
	files, err := fs.ReadDir(tableFiles, folder)
	if err != nil {
		return err
	}
	v.words, v.shapes, v.marks = make(map[string]word), make(map[string]set), make(map[rune]set)
	for n, f := range files {
		data, err := fs.ReadFile(tableFiles, path.Join(folder, f.Name()))
		if err != nil {
			return err
		}
		p := place{strings.TrimSuffix(f.Name(), ".txt"), make(map[string][]string)}
		for line := range strings.Lines(string(data)) {
			list, items, ok := strings.Cut(strings.TrimSpace(line), ": ")
			if !ok || line[0] == '#' {
				continue
			}
			p.lists[list] = append(p.lists[list], strings.Split(items, ", ")...)
		}
		v.places = append(v.places, p)
		v.learn(p, set(1)<<n)
	}
	slices.SortFunc(v.ends, func(a, b string) int { return len(b) - len(a) })
	v.ends = slices.Compact(v.ends)
	return nil
}

// learn enters the words of a place.
func (v *vocabulary) learn(p place, in set) {
	for list, r := range roleOf() {
		for _, item := range p.lists[list] {
			for form := range strings.SplitSeq(item, "|") { // of a man, of a woman
				key := string(foldWords(nil, []byte(form)))
				w := v.words[key]
				if w.roles |= r; p.name != mixed { // whose words speak for no place
					w.in |= in
				}
				v.words[key] = w
				if r == isTask || r == isField {
					v.tell(key, in)
				}
				if first, _, more := strings.Cut(key, " "); more {
					w = v.words[first]
					v.words[first] = word{w.roles | begins, w.in}
				}
				if r == isSuffix {
					v.ends = append(v.ends, key)
				}
			}
		}
	}
	for _, item := range p.lists["tell"] {
		v.tell(string(foldWords(nil, []byte(item))), in)
	}
	for _, shape := range p.lists["postcode"] {
		v.shapes[shape] |= in
	}
	for _, letter := range p.lists["letters"] {
		r, _ := utf8.DecodeRuneInString(letter)
		v.marks[r] |= in
		v.marks[unicode.ToUpper(r)] |= in
	}
}

// tell makes each word of an item speak for its place.
func (v *vocabulary) tell(key string, in set) {
	for each := range strings.FieldsSeq(key) {
		w := v.words[each]
		w.in |= in
		v.words[each] = w
	}
}

// place returns a place by its name; it is there, or the tables are broken.
func (v *vocabulary) place(name string) int {
	return slices.IndexFunc(v.places, func(p place) bool { return p.name == name })
}

// list returns the first list that a place has of those named.
func (v *vocabulary) list(at int, names ...string) []string {
	for _, name := range names {
		if list := v.places[at].lists[name]; len(list) > 0 {
			return list
		}
	}
	return nil
}

// foldWords appends the folded words of s with one blank between, and nothing
// of what else stands there.
func foldWords(dst, s []byte) []byte {
	start := len(dst)
	for i := 0; i < len(s); {
		r, n := rune(s[i]), 1
		if r >= utf8.RuneSelf {
			r, n = utf8.DecodeRune(s[i:])
		}
		if !wordly(r) {
			i += n
			continue
		}
		end := i + n
		for end < len(s) {
			if r, n = rune(s[end]), 1; r >= utf8.RuneSelf {
				r, n = utf8.DecodeRune(s[end:])
			}
			if !wordly(r) {
				break
			}
			end += n
		}
		if len(dst) > start {
			dst = append(dst, ' ')
		}
		dst = text.Fold(dst, s[i:end])
		i = end
	}
	return dst
}

// wordly reports what a word is made of. What is no character of any script
// may be one of another charset: it is never left as it is.
func wordly(r rune) bool {
	switch {
	case r == 'º', r == 'ª':
		return false
	case r < utf8.RuneSelf:
		return r-'0' <= 9 && r >= '0' || r|0x20 >= 'a' && r|0x20 <= 'z'
	}
	return r == utf8.RuneError || unicode.In(r, unicode.L, unicode.M, unicode.N)
}
