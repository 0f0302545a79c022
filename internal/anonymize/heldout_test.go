package anonymize

import (
	"bufio"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/corpus"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/text"
	"github.com/tenantcopy/tenantcopy/internal/verify"
)

// heldOut are the least shares, in percent, of the characters of a set of sentences about nobody that must stay. They were
// measured when the set was written, and no list is completed with what fails in it: then the figure would flatter.
var heldOut = map[string]map[string]float64{
	"heldout": {"zh": 99.6, "ja": 99.9, "ko": 98.9},
}

// TestUnspacedHeldOut: precision on notes, mails, contracts, chat and news about nobody, in a tenant of 20,000 people of their
// language; and the proof finds nobody in them.
func TestUnspacedHeldOut(t *testing.T) {
	t.Parallel()
	for _, tag := range []string{"zh", "ja", "ko"} {
		t.Run(tag, func(t *testing.T) {
			t.Parallel()
			plan := corpusPlan(t, corpus.Crowd(tag, corpusPeople))
			proof := verify.NewWanted(plan.in.People, verify.NewControl("abcdefghijkl"), []byte("0123456789abcdef")).NewInspector()
			seen := &seeing{Anonymizer: plan.New()}
			for set, bars := range heldOut {
				characters, sentences := share{}, share{}
				for _, sentence := range sentencesOf(t, filepath.Join("testdata", set, tag+".txt")) {
					seen.words = 0
					plan.engine.Rewrite(nil, []byte(sentence), seen, text.Options{}, nil)
					all := wordsIn([]byte(sentence))
					characters.all, characters.found = characters.all+all, characters.found+all-seen.words
					if sentences.all++; seen.words == 0 {
						sentences.found++
					} else {
						t.Logf("replaced in %q: %q", sentence, plan.engine.Rewrite(nil, []byte(sentence), marking{seen.Anonymizer}, text.Options{}, nil))
					}
					if !proof.Clean("notes", "body", []byte(sentence)) {
						t.Errorf("the proof finds somebody in %q", sentence)
					}
				}
				t.Logf("%s %s: %.3f %% of %d characters and %.1f %% of %d sentences left alone", set, tag, characters.percent(), characters.all, sentences.percent(), sentences.all)
				if characters.percent() < bars[tag] {
					t.Errorf("%s %s: want %.1f %%", set, tag, bars[tag])
				}
			}
		})
	}
}

// sentencesOf reads a file of sentences.
func sentencesOf(t *testing.T, path string) (lines []string) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	s := bufio.NewScanner(f)
	for s.Scan() {
		lines = append(lines, s.Text())
	}
	if s.Err() != nil {
		t.Fatal(s.Err())
	}
	return lines
}

// TestUnspacedHeldOutCalls: recall in frames on which no list was completed, in the same tenants: a full name and its parts
// where they may be no words, and full names that are words where something says that a person is meant.
func TestUnspacedHeldOutCalls(t *testing.T) {
	t.Parallel()
	for _, tag := range []string{"zh", "ja", "ko"} {
		t.Run(tag, func(t *testing.T) {
			t.Parallel()
			people := corpus.Crowd(tag, corpusPeople)
			plan := corpusPlan(t, people)
			a := plan.New()
			proof := verify.NewWanted(plan.in.People, verify.NewControl("abcdefghijkl"), []byte("0123456789abcdef")).NewInspector()
			engine, proved := scores{}, scores{}
			for _, line := range sentencesOf(t, filepath.Join("testdata", "heldout", tag+"-calls.txt")) {
				class, frame, _ := strings.Cut(line, "\t")
				for i := range people[:400] {
					name, kind := people[i].Called(class)
					if name == "" {
						continue
					}
					sentence := corpus.Framed(frame, name)
					got := string(plan.engine.Rewrite(nil, []byte(sentence), marking{a}, text.Options{}, nil))
					found := isCalled(got, sentence, name)
					engine.count(kind, found)
					engine.count(kind+" in "+frame, found)
					proved.count(kind, !proof.Clean("notes", "body", []byte(sentence)))
					if out := plan.engine.Rewrite(nil, []byte(sentence), a, text.Options{}, nil); !proof.Clean("notes", "body", out) {
						t.Errorf("in %q, which became %q, the proof finds somebody", sentence, out)
					}
				}
			}
			t.Logf("mentions replaced\n%s\nfound by the proof\n%s", engine, proved)
		})
	}
}

// isCalled reports whether in what became of a sentence the name is marked: whole and with nothing of what stands behind it.
func isCalled(got, sentence, name string) bool {
	_, behind, _ := strings.Cut(sentence, name)
	if next := []rune(behind); len(next) > 2 {
		behind = string(next[:2])
	}
	return !strings.Contains(got, name) && strings.Contains(got, "q"+behind)
}
