//go:build !race

package anonymize

import (
	"strconv"
	"strings"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/corpus"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/text"
	"github.com/tenantcopy/tenantcopy/internal/verify"
)

// unspacedBars are the shares, in percent, that names in texts without blanks must reach, by a part of their class. Lower
// ones are policy: what is a word, too, counts before a title, alone, and where the text is about the person; a given name
// of one character says nothing among others, and one of two may be a part of what stands beside it.
var unspacedBars = []struct {
	class string
	bar   float64
}{
	{"of one character, a word", 0}, {"of one character, in context", 0}, {"a word, in context", 60}, {"given name, in context", 95}, {", in context", 99},
	{"a word", 0}, {"given name of one character", 0}, {"given name", 85},
	{"full name", 99.9}, {"family name and title", 99},
}

func unspacedBar(class string) float64 {
	for _, b := range unspacedBars {
		if strings.Contains(class, b.class) {
			return b.bar
		}
	}
	return 100
}

// TestUnspaced: names in running Chinese, Japanese and Korean. Of every class the share of the mentions that are replaced,
// and of those that the proof finds; whatever it finds is replaced so that it finds nobody any more.
func TestUnspaced(t *testing.T) {
	t.Parallel()
	people := corpus.UnspacedPeople()
	plan := corpusPlan(t, people)
	a := plan.New()
	proof := verify.NewWanted(plan.in.People, verify.NewControl("abcdefghijkl"), []byte("0123456789abcdef")).NewInspector()
	engine, proved, left := scores{}, scores{}, scores{}
	corpus.Calls(people, func(c *corpus.Call) {
		var about []int32
		if c.About {
			who, ok := plan.in.People.ByID("users", strconv.AppendInt(nil, int64(c.Person.ID), 10))
			if !ok {
				t.Fatalf("person %d is nobody", c.Person.ID)
			}
			about = append(about, who)
		}
		before, after, _ := strings.Cut(c.Frame, "%s")
		got := string(plan.engine.Rewrite(nil, []byte(c.Text()), marking{a}, text.Options{Context: about}, nil))
		got, begins := strings.CutPrefix(got, before+"Qn")
		_, ends := strings.CutSuffix(got, "q"+after)
		found := begins && ends && strings.IndexByte(got, 'q') == strings.LastIndexByte(got, 'q')
		engine.count(c.Class, found)
		if !found && c.Class != "" && (left[c.Class] == nil || left[c.Class].all < 2) {
			left.count(c.Class, found)
			t.Logf("for instance %s in %q: %q", c.Class, c.Text(), plan.engine.Rewrite(nil, []byte(c.Text()), marking{a}, text.Options{Context: about}, nil))
		}
		proved.count(c.Class, !proof.Clean("notes", "body", []byte(c.Text())))
		if out := plan.engine.Rewrite(nil, []byte(c.Text()), a, text.Options{Context: about}, nil); !proof.Clean("notes", "body", out) {
			t.Errorf("%s: in %q, which became %q, the proof finds somebody", c.Class, c.Text(), out)
		}
	})
	t.Logf("mentions replaced\n%s\nfound by the proof\n%s", engine, proved)
	for class, s := range engine {
		if bar := unspacedBar(class); s.percent() < bar {
			t.Errorf("%s: %.3f %% replaced, want %.1f %%", class, s.percent(), bar)
		}
	}
}

// TestUnspacedPrecision: of the characters of sentences about nobody, the share that is left as it is, where whatever two
// characters stand side by side may be somebody's name; and the proof finds nobody in them.
func TestUnspacedPrecision(t *testing.T) {
	t.Parallel()
	plan := corpusPlan(t, corpus.UnspacedPeople())
	proof := verify.NewWanted(plan.in.People, verify.NewControl("abcdefghijkl"), []byte("0123456789abcdef")).NewInspector()
	seen := &seeing{Anonymizer: plan.New()}
	shares := map[string]*share{}
	corpus.UnspacedQuiet(func(tag, sentence string) {
		s := shares[tag]
		if s == nil {
			s = &share{}
			shares[tag] = s
		}
		seen.words = 0
		plan.engine.Rewrite(nil, []byte(sentence), seen, text.Options{}, nil)
		all := wordsIn([]byte(sentence))
		s.all, s.found = s.all+all, s.found+all-seen.words
		if seen.words > 0 {
			t.Logf("replaced in %q: %q", sentence, plan.engine.Rewrite(nil, []byte(sentence), marking{seen.Anonymizer}, text.Options{}, nil))
		}
		if !proof.Clean("notes", "body", []byte(sentence)) {
			t.Logf("the proof finds somebody in %q", sentence)
		}
	})
	for tag, s := range shares {
		t.Logf("%s: %.3f %% of %d characters left alone", tag, s.percent(), s.all)
		if s.percent() < 99.9 {
			t.Errorf("%s: want 99.9 %%", tag)
		}
	}
}
