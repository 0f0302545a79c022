//go:build !race

package verify

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/corpus"
)

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

// Pseudonyms are what a copy is made of: none of them may be taken for a leak,
// whatever the key.
func TestPseudonymsAreNoLeaks(t *testing.T) {
	everybody := slices.Concat(corpusRecords(corpus.People(10_000)), particled(), staff())
	for n := range 4 {
		key := fmt.Sprintf("%x", sha256.Sum256([]byte{byte(n)}))
		index := indexUnder(t, key, everybody, "kept.example")
		in := NewWanted(index, NewControl("abcdefghijkl"), []byte("0123456789abcdef")).NewInspector()
		for i := range int32(index.Len()) {
			p := index.At(i)
			for _, value := range []string{p.Full(), p.Family + ", " + p.Given, p.Email, p.Phone, strings.ToUpper(p.Full()), p.Given + "\t" + p.Family + " <" + p.Email + ">"} {
				if got := kindsIn(in, value); len(got) > 0 {
					t.Errorf("key %d: pseudonym %d in %q: found %q", n, i, value, got)
				}
			}
		}
	}
}

// Random bytes hold no addresses, and known people are found in them all the
// A pseudonym's given name alone, or called, proves nothing, in a tenant where whatever two characters stand side by side are
// somebody: 江涛 is that of 江 涛, and 민수아 that of 민 수아.
func TestGivenNamesOfPseudonymsAreNoLeaks(t *testing.T) {
	for tag, calls := range map[string][]string{"zh": {"%s", "%s，你好", "请%s看一下"}, "ja": {"%s", "%s、今どこ", "%sさん"}, "ko": {"%s", "%s아 어디야", "%s야, 안녕", "%s 씨"}} {
		people := indexOf(t, corpusRecords(corpus.Crowd(tag, 5_000)))
		in := NewWanted(people, NewControl("abcdefghijkl"), []byte("0123456789abcdef")).NewInspector()
		alarms := 0
		for i := range int32(people.Len()) {
			for _, call := range calls {
				if value := strings.Replace(call, "%s", people.At(i).Given, 1); len(kindsIn(in, value)) > 0 {
					if alarms++; alarms < 4 {
						t.Errorf("%q: found %q", value, kindsIn(in, value))
					}
				}
			}
		}
		if alarms > 3 {
			t.Errorf("%s: %d false alarms", tag, alarms)
		}
	}
}
