package verify

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/corpus"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
)

// corpusRecords are the people of the corpus as their source has them.
func corpusRecords(people []corpus.Person) []person.Record {
	records := make([]person.Record, len(people))
	for i, p := range people {
		r := person.Record{ID: fmt.Sprint(i), Email: p.Email, Phone: p.Phone, Locale: p.Locale}
		if p.Whole {
			r.Name = p.Full()
		} else {
			r.First, r.Last = p.Given, p.Family
		}
		records[i] = r
	}
	return records
}

// twoCharacters is the class of names that are two characters of a script
// without blanks and have more of it around: 请联系黄静.
const twoCharacters corpus.Class = "two characters within a text"

// least is the share, in percent, of the mentions of a class that must be found
// where they were left on purpose. Lower ones are policy. An initial counts with
// a dot and a surname that is no word. Two characters stand beside each other by
// accident, and count before a title. A surname behind a title counts, unless both
// are words. A surname or a given name alone is somebody's and nobody's, and only
// a column of them counts (TestColumns); digits without groups count from eleven
// on, where they are no time.
var least = map[corpus.Class]float64{
	corpus.FullName: 99.9, corpus.Email: 99.9, corpus.Phone: 99.9, corpus.Initial: 92, twoCharacters: 0, corpus.Titled: 98,
	corpus.Surname: 0, corpus.Given: 0, corpus.Joined: 74, corpus.Digits: 49, corpus.Bent: 0,
}

// classOf returns the class of the mention in a text.
func classOf(txt *corpus.Text) corpus.Class {
	m := txt.Pieces[1].Mention
	if name := []rune(m.Person.Family + m.Person.Given); m.Class != corpus.FullName || len(name) != 2 || !unicode.Is(unicode.Han, name[0]) {
		return m.Class
	}
	before, _ := utf8.DecodeLastRuneInString(txt.Pieces[0].Text)
	after, _ := utf8.DecodeRuneInString(txt.Pieces[2].Text)
	if unicode.Is(unicode.Han, before) || unicode.Is(unicode.Han, after) {
		return twoCharacters
	}
	return m.Class
}

// TestRecallOfCorpus leaves mentions in texts of every language and form, and
// finds nobody in texts about nobody.
func TestRecallOfCorpus(t *testing.T) {
	people := corpus.People(20_000)
	in := NewWanted(indexOf(t, corpusRecords(people)), NewControl("abcdefghijkl"), []byte("0123456789abcdef")).NewInspector()
	type share struct{ found, all int }
	shares := make(map[string]*share)
	corpus.Texts(people, func(txt *corpus.Text) {
		clean := in.Clean("notes", "body", []byte(txt.Body()))
		class := string(classOf(txt))
		for _, key := range []string{class, class + ": " + txt.Pieces[1].Mention.Kind} {
			s := shares[key]
			if s == nil {
				s = &share{}
				shares[key] = s
			}
			if s.all++; !clean {
				s.found++
			}
		}
	})
	var lines []string
	percent := func(s *share) float64 { return 100 * float64(s.found) / float64(s.all) }
	for key, s := range shares {
		lines = append(lines, fmt.Sprintf("  %-50s %8.3f %%  of %6d", key, percent(s), s.all))
	}
	slices.SortFunc(lines, cmp.Compare)
	t.Logf("mentions found\n%s", strings.Join(lines, "\n"))
	for class, bar := range least {
		if s := shares[string(class)]; s == nil || percent(s) < bar {
			t.Errorf("%s: want %.1f %% found", class, bar)
		}
	}
	for note := range corpus.Quiet() {
		if !in.Clean("notes", "quiet", []byte(note.String())) {
			t.Errorf("somebody is found in %q", note.Trap)
		}
	}
}
