package person

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestJoin(t *testing.T) {
	records := []Record{
		{Source: "employees", ID: "9", First: "Rose", Last: "Hill", Email: "ROSE@Work.com ", Links: []string{"users:17", "users:404"}},
		{Source: "employees", ID: "10", First: "Ann", Last: "Lee"},
		{Source: "users", ID: "17", Name: "Rose Hill", Email: "rose@acme.com", Phone: "+49 170 1234567", Locale: "de"},
		{Source: "users", ID: "18", Name: "Rose Hill", Email: "other@acme.com", Phone: "0049-170-1234567"},
		{Source: "users", ID: "19", Name: "R. Hill", Email: "rose@work.com"},
		{Source: "users", ID: "20", Name: "Nobody", Email: "n/a"},
		{Source: "users", ID: "21", Name: "Nobody Else", Email: "n/a"},
		{Source: "users", ID: "22", Name: "Twice A"},
		{Source: "users", ID: "22", Name: "Twice B", Email: "b@acme.com"},
	}
	x := index(t, records, options(t, "acme", "users", "employees"))
	if x.Len() != 6 || x.Records() != 9 {
		t.Fatalf("%d people of %d records", x.Len(), x.Records())
	}
	rose := byID(t, x, "users", "17")
	if rose != byID(t, x, "employees", "9") || rose != byID(t, x, "users", "19") {
		t.Error("joined neither by link nor by e-mail")
	}
	if rose == byID(t, x, "users", "18") {
		t.Error("joined by name or phone")
	}
	if byID(t, x, "users", "20") == byID(t, x, "users", "21") {
		t.Error("joined by what is no e-mail")
	}
	if rose.ID != "users:17" || rose.Locale != "de" || len(rose.Real.Emails) != 2 || len(rose.Real.Names) != 2 {
		t.Errorf("%s, locale %q, %d e-mails, %d names", rose.ID, rose.Locale, len(rose.Real.Emails), len(rose.Real.Names))
	}
	if _, ok := x.ByID("users", []byte("404")); ok {
		t.Error("a link makes a person")
	}
	first, ok1 := emailFor(x, "rose@acme.com")
	second, ok2 := emailFor(x, "rose@work.com")
	if !ok1 || !ok2 || first == second || first != rose.Email || !strings.HasPrefix(second, first[:strings.LastIndex(first[:strings.Index(first, "@")], ".")]) {
		t.Errorf("two addresses of one person: %s and %s", first, second)
	}
	if byID(t, x, "employees", "10").Email == "" || byID(t, x, "employees", "10").Phone == "" {
		t.Error("nothing was made up for a person without e-mail and phone")
	}
	if d1, ok := phoneFor(x, "491701234567"); !ok || "+"+d1 != rose.Phone {
		t.Errorf("a number of two people: %s", d1)
	}
	if _, err := Build([]Record{{Source: "ghosts", ID: "1"}}, options(t, "acme", "users")); err == nil {
		t.Error("an undeclared source is accepted")
	}
	if x := index(t, nil, options(t, "acme")); x.Len() != 0 || x.LongestEmail() != 0 {
		t.Error("an empty index holds something")
	}
}

// many makes n people, a tenth of them without e-mail and with homonyms.
func many(from, n int) []Record {
	var out []Record
	for i := from; i < from+n; i++ {
		r := Record{Source: "users", ID: fmt.Sprint(i), Name: fmt.Sprintf("Anna%d Berg%d", i%900, i%700), Phone: fmt.Sprintf("+4917%07d", i), Locale: []string{"de", "en", "", "fr"}[i%4]}
		if i%10 > 0 {
			r.Email = fmt.Sprintf("anna.%d@firm%d.com", i, i%30)
		}
		out = append(out, r)
	}
	return out
}

// Everything that must be unique is, no pseudonym is real, and whatever the
// order of the records, the result is the same.
func TestUniqueAndOrderless(t *testing.T) {
	records := many(0, 10_000)
	x := index(t, many(0, 10_000), options(t, "acme", "users"))
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(records), func(i, k int) { records[i], records[k] = records[k], records[i] })
	y := index(t, records, options(t, "acme", "users"))
	emails, phones := map[string]bool{}, map[string]bool{}
	for i := range int32(x.Len()) {
		p, q := x.At(i), y.At(i)
		if p.ID != q.ID || p.Full() != q.Full() || p.Email != q.Email || p.Phone != q.Phone || p.Seed != q.Seed {
			t.Fatalf("%s depends on the order of records", p.ID)
		}
		if emails[p.Email] || phones[p.Phone] {
			t.Fatalf("%s shares an e-mail or phone", p.ID)
		}
		emails[p.Email], phones[p.Phone] = true, true
		if !strings.HasSuffix(p.Email, ".example.com") || !strings.HasPrefix(p.Phone, "+999") || x.Real(p.Family) {
			t.Fatalf("%s, %s, %s", p.Email, p.Phone, p.Family)
		}
		if _, real := x.ByEmail([]byte(p.Email)); real {
			t.Fatal("a pseudonym is somebody's address")
		}
		if len([]rune(p.Email)) > x.LongestEmail() {
			t.Fatal("longer than the longest")
		}
	}
	domains := map[string]string{}
	for i := range int32(x.Len()) {
		for _, real := range x.At(i).Real.Emails {
			fake, _ := emailFor(x, real)
			if was := domains[domainOf(real)]; was != "" && was != domainOf(fake) {
				t.Fatalf("one domain becomes %s and %s", was, domainOf(fake))
			}
			domains[domainOf(real)] = domainOf(fake)
		}
	}
	if len(domains) != 27 {
		t.Errorf("%d domains", len(domains))
	}
}

// Adding 1,000 people to 10,000 changes less than one pseudonym in 10,000.
func TestStability(t *testing.T) {
	before := index(t, many(0, 10_000), options(t, "acme", "users"))
	after := index(t, many(0, 11_000), options(t, "acme", "users"))
	differ := 0
	for i := range 10_000 {
		p, q := byID(t, before, "users", fmt.Sprint(i)), byID(t, after, "users", fmt.Sprint(i))
		if p.Full() != q.Full() || p.Email != q.Email || p.Phone != q.Phone || p.Seed != q.Seed {
			differ++
		}
	}
	if differ > 1 {
		t.Errorf("%d of 10,000 changed", differ)
	}
}

// Linking two people changes only the later-ranked one.
func TestLinkingChangesOne(t *testing.T) {
	records := many(0, 200)
	before := index(t, many(0, 200), options(t, "acme", "users", "employees"))
	records[150].Links = []string{"users:20"}
	after := index(t, records, options(t, "acme", "users", "employees"))
	for i := range 200 {
		p, q := byID(t, before, "users", fmt.Sprint(i)), byID(t, after, "users", fmt.Sprint(i))
		if same := p.Full() == q.Full() && p.Email == q.Email && p.Phone == q.Phone; same != (i != 150) {
			t.Errorf("person %d: unchanged %v", i, same)
		}
	}
}

// Two origins share no e-mail, and another epoch shares none with the first.
func TestOriginsShareNoEmail(t *testing.T) {
	seen := map[string]string{}
	for _, origin := range []string{"acme", "globex", "acme2"} {
		x := index(t, many(0, 2_000), options(t, origin, "users"))
		for i := range int32(x.Len()) {
			if other, taken := seen[x.At(i).Email]; taken {
				t.Fatalf("%s and %s share %s", other, origin, x.At(i).Email)
			}
			seen[x.At(i).Email] = origin
		}
	}
}

// More people than short numbers behind 999: drawing ends, and numbers differ
// as long as there are any.
func TestShortPhones(t *testing.T) {
	var records []Record
	for i := range 15_000 {
		records = append(records, Record{Source: "users", ID: fmt.Sprint(i), Name: "A B", Phone: fmt.Sprintf("2%06d", i)})
	}
	x := index(t, records, options(t, "acme", "users"))
	seen := map[string]bool{}
	for i := range int32(x.Len()) {
		digits, ok := phoneFor(x, x.At(i).Real.Phones[0])
		if !ok || len(digits) != 7 || seen[digits] {
			t.Fatalf("number %s, %v, seen %v", digits, ok, seen[digits])
		}
		if _, real := x.ByPhone([]byte(digits)); real {
			t.Fatal("a pseudonym is somebody's number")
		}
		seen[digits] = true
	}
}

// settleFreely settles claims on values of which none is taken.
func settleFreely(t *testing.T, claims []claim, keys Keyring, value func(c *claim) string) {
	t.Helper()
	m := method{func(g *generator) *PRF { return g.email }, func(dst []byte, _ *generator, c *claim) []byte { return append(dst, value(c)...) }}
	if _, err := settle(claims, keys, m, func(*claim) bool { return false }); err != nil {
		t.Fatal(err)
	}
}

// Of two who want the same, the smaller draw keeps it, whoever came first.
func TestSettleIsFair(t *testing.T) {
	keys := options(t, "acme").Keys
	prf := keys.PRF("email")
	first := func(order ...byte) map[byte]uint64 {
		claims := make([]claim, len(order))
		for i, key := range order {
			claims[i] = claim{person: int32(key), key: string([]byte{key})}
		}
		settleFreely(t, claims, keys, func(c *claim) string {
			if c.count == 0 {
				return "wanted by all"
			}
			return fmt.Sprint(c.draw)
		})
		got := map[byte]uint64{}
		for _, c := range claims {
			got[c.key[0]] = c.count
		}
		return got
	}
	a, b := first(1, 2, 3, 4), first(4, 2, 1, 3)
	smallest, least := byte(0), ^uint64(0)
	for key := byte(1); key <= 4; key++ {
		if d := prf.Draw([]byte{key}, []byte{0}); d < least {
			smallest, least = key, d
		}
		if a[key] != b[key] {
			t.Errorf("person %d is redrawn %d or %d times", key, a[key], b[key])
		}
	}
	if a[smallest] != 0 {
		t.Error("the smallest draw lost")
	}
}

// An exhausted format ends in shared values and not in an endless search.
func TestSettleEnds(t *testing.T) {
	claims := make([]claim, 20)
	for i := range claims {
		claims[i] = claim{person: int32(i), key: string(rune(i))}
	}
	settleFreely(t, claims, options(t, "acme").Keys, func(c *claim) string { return fmt.Sprint(c.draw % 10) })
	values := map[string]bool{}
	for _, c := range claims {
		values[c.value] = true
	}
	if len(values) != 10 {
		t.Errorf("%d of 10 values used", len(values))
	}
}

// A real surname, however it is spelled, is never an invented one.
func TestRealWords(t *testing.T) {
	x := index(t, []Record{{Source: "users", ID: "1", Name: "Jean-Luc Möller-Stone"}, {Source: "users", ID: "2", Name: "Pat O'Neill"}}, options(t, "acme", "users"))
	for _, word := range []string{"Möller", "moeller", "MOLLER", "Stone", "jean", "Jean-Luc", "Neill", "Möller-Stone"} {
		if !x.Real(word) {
			t.Errorf("%s is nobody's", word)
		}
	}
	if x.Real("Brook") {
		t.Error("Brook is somebody's")
	}
}

// A tag keeps its shape, and a kept domain its name.
func TestEmailShapes(t *testing.T) {
	o := options(t, "acme", "users")
	o.KeepDomains = []string{"Kept.org"}
	x := index(t, []Record{{Source: "users", ID: "1", Name: "A B", Email: "qa+1@acme.com"}, {Source: "users", ID: "2", Name: "C D", Email: "c@kept.org"}}, o)
	if e := x.At(0).Email; strings.Count(e, "+") != 1 || strings.Contains(e, "+1@") {
		t.Errorf("tag: %s", e)
	}
	if e := x.At(1).Email; !strings.HasSuffix(e, "@kept.org") || e == "c@kept.org" {
		t.Errorf("kept domain: %s", e)
	}
}

func TestNormalForms(t *testing.T) {
	for in, want := range map[string]string{
		" Jane@ACME.com ": "jane@acme.com", "JÖRG@x.de": "jörg@x.de", "JO\u0308RG@x.de": "jörg@x.de", "a@b@c.de": "", "@x.de": "", "a@x": "", "a@.de": "", "a@x.": "", "a b@x.de": "", "": "", "n/a": "",
	} {
		if got, ok := NormalEmail(nil, []byte(in)); string(got) != want || ok != (want != "") {
			t.Errorf("%q becomes %q, %v", in, got, ok)
		}
	}
	for in, want := range map[string]string{
		"+49 (170) 123-45.67": "491701234567", "0049170/1234567": "491701234567", "0170 1234567": "01701234567", "123456": "", "+1 202 555 0143 ext 5": "", "": "",
		"123456789012345678": "", "+49\u00a0170\u00a01234567": "491701234567",
	} {
		if got, ok := NormalPhone([]byte("x"), []byte(in)); string(got) != "x"+want || ok != (want != "") {
			t.Errorf("%q becomes %q, %v", in, got, ok)
		}
	}
	for in, want := range map[string][2]string{
		"Rose Hill": {"Rose", "Hill"}, "Hill, Rose Ann": {"Rose Ann", "Hill"}, "Jan van der Berg": {"Jan", "van der Berg"}, "Plato": {"", "Plato"}, "  Anna  Maria  Lee ": {"Anna Maria", "Lee"},
	} {
		if given, family := SplitName(in, ""); given != want[0] || family != want[1] {
			t.Errorf("%q is %q and %q", in, given, family)
		}
	}
}

// The normal form of a normal form is itself.
func TestNormalIsStable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.OneOf(rapid.String(), rapid.StringMatching(`\PC{1,8}@[A-Za-zÖß.]{1,6}\.(com|org)`)).Draw(t, "v")
		if normal, ok := NormalEmail(nil, []byte(v)); ok {
			again, ok := NormalEmail(nil, normal)
			if !ok || string(again) != string(normal) {
				t.Fatalf("%q becomes %q and then %q", v, normal, again)
			}
		}
		if normal, ok := NormalPhone(nil, []byte(v)); ok {
			if again, ok := NormalPhone(nil, append([]byte("+"), normal...)); !ok || string(again) != string(normal) {
				t.Fatalf("%q becomes %q and then %q", v, normal, again)
			}
		}
	})
}
