package anonymize

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/corpus"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/text"
)

// corpusPeople is how many people the measured texts are about.
const corpusPeople = 20_000

// corpusPlan compiles rules over the people of the corpus.
func corpusPlan(t testing.TB, people []corpus.Person) *Plan {
	t.Helper()
	in := input(t, header)
	records := make([]person.Record, len(people))
	for i, p := range people {
		r := person.Record{Source: "users", ID: strconv.Itoa(i), Email: p.Email, Phone: p.Phone, Locale: p.Locale}
		if p.Whole {
			r.Name = p.Full()
		} else {
			r.First, r.Last = p.Given, p.Family
		}
		records[i] = r
	}
	var err error
	if in.People, err = person.Build(records, person.Options{Sources: []string{"users"}, Keys: in.Keys, Names: in.Names, EmailDomain: in.Rules.EmailDomain}); err != nil {
		t.Fatal(err)
	}
	return compile(t, in)
}

// marking shows what the engine found instead of replacing it.
type marking struct{ *Anonymizer }

func (marking) Name(dst []byte, m text.Match, _ []byte) []byte {
	return fmt.Appendf(dst, "Qn%dq", m.ID)
}
func (marking) Email(dst, _ []byte) []byte { return append(dst, "Qeq"...) }
func (marking) Phone(dst, _ []byte) []byte { return append(dst, "Qpq"...) }

// isMarked reports whether in what became of a text its mention is marked, and
// nothing else. The apostrophe before a name ('t Hart) and the dot behind one
// may stay.
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
	rest = strings.TrimLeft(rest, "'’")
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

func TestRecallScratch(t *testing.T) {
	people := corpus.People(corpusPeople)
	plan := corpusPlan(t, people)
	a := plan.New()
	classes, kinds, dresses := scores{}, scores{}, scores{}
	misses := map[string]int{}
	corpus.Texts(people, func(txt *corpus.Text) {
		var about []int32
		for _, id := range txt.About {
			who, ok := plan.in.People.ByID("users", strconv.AppendInt(nil, int64(id), 10))
			if !ok {
				t.Fatal("nobody")
			}
			about = append(about, who)
		}
		body := txt.Body()
		out := string(plan.engine.Rewrite(nil, []byte(body), marking{a}, text.Options{HTML: txt.Dress.HTML, Context: about}, nil))
		got, err := txt.Dress.Decode(out)
		if err != nil {
			t.Fatalf("%s: %v\n%s\n%s", txt.Dress.Kind, err, body, out)
		}
		ok := isMarked(txt, got)
		m := txt.Pieces[1].Mention
		classes.count(string(m.Class), ok)
		kinds.count(string(m.Class)+": "+m.Kind, ok)
		if m.Class == corpus.FullName || m.Class == corpus.Email || m.Class == corpus.Phone {
			dresses.count(txt.Dress.Kind, ok)
		}
		key := string(m.Class) + m.Kind
		if !ok {
			if misses[key]++; misses[key] <= 6 {
				t.Logf("%s: %s: %s: %s whole=%v %s|%s: %.120q\n%.300q", m.Class, m.Kind, txt.Dress.Kind, m.Person.Locale, m.Person.Whole, m.Person.Given, m.Person.Family, txt.Plain(), got)
			}
		}
	})
	t.Logf("classes\n%skinds\n%sdresses\n%s", classes, kinds, dresses)
}

// TestQuietScratch
func TestQuietScratch(t *testing.T) {
	people := corpus.People(corpusPeople)
	plan := corpusPlan(t, people)
	tokens := share{}
	for _, s := range corpus.Quiet() {
		seen := &seeing{Anonymizer: plan.New()}
		plan.engine.Rewrite(nil, []byte(s), seen, text.Options{}, nil)
		wrong := 0
		for _, f := range seen.found {
			for range text.Words([]byte(f)) {
				wrong++
			}
		}
		all := 0
		for range text.Words([]byte(s)) {
			all++
		}
		tokens.all += all
		tokens.found += all - wrong
		if wrong > 0 {
			t.Logf("%q in %.100s", seen.found, s)
		}
	}
	t.Logf("precision %.3f %% of %d tokens", tokens.percent(), tokens.all)
}

type seeing struct {
	*Anonymizer
	found []string
}

func (s *seeing) Name(dst []byte, _ text.Match, original []byte) []byte {
	s.found = append(s.found, string(original))
	return dst
}
func (s *seeing) Email(dst, original []byte) []byte { return s.Name(dst, text.Match{}, original) }
func (s *seeing) Phone(dst, original []byte) []byte { return s.Name(dst, text.Match{}, original) }
