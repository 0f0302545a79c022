//go:build !race

package anonymize

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/corpus"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/text"
	"github.com/tenantcopy/tenantcopy/internal/verify"
)

// marking shows what the engine found instead of replacing it.
type marking struct{ *Anonymizer }

func (marking) Name(dst []byte, m text.Match, _ []byte) []byte {
	return fmt.Appendf(dst, "Qn%dq", m.ID)
}
func (marking) Email(dst, _ []byte) []byte { return append(dst, "Qeq"...) }
func (marking) Phone(dst, _ []byte) []byte { return append(dst, "Qpq"...) }

// isMarked reports whether in what became of a text its mention is marked, and
// nothing else. The apostrophe before a name ('t Hart), the Arabic and, and the
// dot behind a name may stay.
func isMarked(t *corpus.Text, got string) bool {
	m := t.Pieces[1]
	rest, ok := strings.CutPrefix(got, t.Pieces[0].Text)
	rest, ends := strings.CutSuffix(rest, t.Pieces[2].Text)
	want := "Qn"
	switch m.Mention.Class {
	case corpus.Email:
		want = "Qe"
	case corpus.Phone, corpus.Digits:
		want = "Qp"
	}
	rest = strings.TrimLeft(rest, "'’و")
	if strings.HasSuffix(m.Text, ".") {
		rest = strings.TrimSuffix(rest, ".")
	}
	return ok && ends && strings.HasPrefix(rest, want) && strings.IndexByte(rest, 'q') == len(rest)-1
}

// share counts what was found.
type share struct{ found, all int }

func (s share) percent() float64 { return 100 * float64(s.found) / float64(max(s.all, 1)) }

// scores is a table of shares.
type scores map[string]*share

func (s scores) count(key string, found bool) {
	if s[key] == nil {
		s[key] = &share{}
	}
	if s[key].all++; found {
		s[key].found++
	}
}

func (s scores) String() string {
	var b strings.Builder
	keys := make([]string, 0, len(s))
	for k := range s {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, cmp.Compare)
	for _, k := range keys {
		fmt.Fprintf(&b, "  %-50s %8.3f %%  of %6d\n", k, s[k].percent(), s[k].all)
	}
	return b.String()
}

// bars are the shares, in percent, that a class of mentions must reach. Lower
// ones are policy: a surname that is a word, and a given name, count only where
// something else says that a person is meant; digits without groups count only
// where somebody is known to have that number, country's code or not, from ten
// digits on; inflected names are not found, nor names without a mark between
// their words.
var bars = map[corpus.Class]float64{
	corpus.FullName: 99.9, corpus.Email: 99.9, corpus.Phone: 99.9, corpus.Initial: 99.9, corpus.Titled: 99.5,
	corpus.Surname: 90, corpus.Given: 97, corpus.Joined: 74, corpus.Digits: 80, corpus.Bent: 0,
}

// TestRecall: a mention is found if it is replaced as what it is, and what
// stands around it is not. Of every class the share of mentions.
func TestRecall(t *testing.T) {
	people := corpus.People(corpusPeople)
	plan := corpusPlan(t, people)
	a := plan.New()
	classes, kinds, dresses := scores{}, scores{}, scores{}
	corpus.Texts(people, func(txt *corpus.Text) {
		var about []int32
		for _, id := range txt.About {
			who, ok := plan.in.People.ByID("users", strconv.AppendInt(nil, int64(id), 10))
			if !ok {
				t.Fatalf("person %d is nobody", id)
			}
			about = append(about, who)
		}
		out := plan.engine.Rewrite(nil, []byte(txt.Body()), marking{a}, text.Options{HTML: txt.Dress.HTML, Context: about}, nil)
		got, err := txt.Dress.Decode(string(out))
		if err != nil {
			t.Fatalf("%s: %v in %s", txt.Dress.Kind, err, out)
		}
		m, ok := txt.Pieces[1].Mention, isMarked(txt, got)
		classes.count(string(m.Class), ok)
		kinds.count(string(m.Class)+": "+m.Kind, ok)
		if bars[m.Class] > 99 {
			dresses.count(txt.Dress.Kind, ok)
		}
	})
	t.Logf("mentions found\n%s\nby spelling\n%s\nby dress\n%s", classes, kinds, dresses)
	for class, bar := range bars {
		if s := classes[string(class)]; s == nil || s.percent() < bar {
			t.Errorf("%s: %.3f %% found, want %.1f %%", class, s.percent(), bar)
		}
	}
}

// TestPrecision: of the words of texts about nobody, the share that is left as
// it is. Every text made of words and numbers that look like people stands in a
// note of ordinary sentences; alone, they need reach less.
func TestPrecision(t *testing.T) {
	plan := corpusPlan(t, corpus.People(corpusPeople))
	seen := &seeing{Anonymizer: plan.New()}
	count := func(body string, s *share) {
		seen.words = 0
		plan.engine.Rewrite(nil, []byte(body), seen, text.Options{}, nil)
		all := wordsIn([]byte(body))
		s.all, s.found = s.all+all, s.found+all-seen.words
	}
	var notes, traps share
	for note := range corpus.Quiet() {
		count(note.Trap, &traps)
		count(note.String(), &notes)
	}
	t.Logf("words left alone: %.3f %% of %d; where all of them look like people %.3f %% of %d", notes.percent(), notes.all, traps.percent(), traps.all)
	if notes.percent() < 99.9 || traps.percent() < 99 {
		t.Error("want 99.9 % and 99 %")
	}
}

// seeing counts the words that are replaced.
type seeing struct {
	*Anonymizer
	words int
}

func (s *seeing) Name(dst []byte, _ text.Match, original []byte) []byte {
	return s.Email(dst, original)
}
func (s *seeing) Phone(dst, original []byte) []byte { return s.Email(dst, original) }
func (s *seeing) Email(dst, original []byte) []byte {
	s.words += wordsIn(original)
	return dst
}

func wordsIn(s []byte) (n int) {
	for range text.Words(s) {
		n++
	}
	return n
}

// TestA26_RewrittenTextsAreClean: what was rewritten is a fixed point of the
// proof, which finds nobody in it. A text is about its person, as a row is.
func TestA26_RewrittenTextsAreClean(t *testing.T) {
	people := corpus.People(corpusPeople / 4)
	plan := corpusPlan(t, people)
	a := plan.New()
	in := verify.NewWanted(plan.in.People, verify.NewControl("abcdefghijkl"), []byte("0123456789abcdef")).NewInspector()
	alarms, texts := scores{}, 0
	corpus.Texts(people, func(txt *corpus.Text) {
		m := txt.Pieces[1].Mention
		who, _ := plan.in.People.ByID("users", strconv.AppendInt(nil, int64(m.Person.ID), 10))
		once := plan.engine.Rewrite(nil, []byte(txt.Body()), a, text.Options{HTML: txt.Dress.HTML, Context: []int32{who}}, nil)
		if texts++; !in.Clean("notes", "body", once) {
			alarms.count(string(m.Class)+": "+m.Kind+", "+txt.Dress.Kind, true)
		}
	})
	t.Logf("%d texts", texts)
	if texts == 0 || len(alarms) > 0 {
		t.Errorf("somebody is found in\n%s", alarms)
	}
}
