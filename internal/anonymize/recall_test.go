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

// found is how a text reads when each mention is marked, and nothing else.
func marked(t *corpus.Text) (before, after string, want byte) {
	want = 'n'
	for i, p := range t.Pieces {
		switch {
		case p.Mention == nil && i == 0:
			before = p.Text
		case p.Mention == nil:
			after = p.Text
		case p.Mention.Class == corpus.Email:
			want = 'e'
		case p.Mention.Class == corpus.Phone, p.Mention.Class == corpus.Digits:
			want = 'p'
		}
	}
	return before, after, want
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
		before, after, want := marked(txt)
		rest, ok := strings.CutPrefix(got, before+"Q"+string(want))
		rest, ok2 := strings.CutSuffix(rest, "q"+after)
		ok = ok && ok2 && !strings.ContainsAny(rest, "q")
		m := txt.Pieces[1].Mention
		classes.count(string(m.Class), ok)
		kinds.count(string(m.Class)+": "+m.Kind, ok)
		if m.Class == corpus.FullName || m.Class == corpus.Email || m.Class == corpus.Phone {
			dresses.count(txt.Dress.Kind, ok)
		}
		key := string(m.Class)+m.Kind
		if !ok {
			if misses[key]++; misses[key] <= 6 {
				t.Logf("%s: %s: %s whole=%v %s|%s: %.120q\n%.200q", m.Class, m.Kind, m.Person.Locale, m.Person.Whole, m.Person.Given, m.Person.Family, txt.Plain(), got)
			}
		}
	})
	t.Logf("classes\n%skinds\n%sdresses\n%s", classes, kinds, dresses)
}
