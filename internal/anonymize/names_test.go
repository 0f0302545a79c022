package anonymize

import (
	"bytes"
	"strings"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
	"github.com/tenantcopy/tenantcopy/internal/verify"
)

// staff has numbers with and without a country's code.
func staff() []person.Record {
	return []person.Record{
		{Source: "users", ID: "1", Name: "Oliver Bancroft", Email: "oliver.bancroft@acme.com", Phone: "07700 998915"},
		{Source: "users", ID: "2", Name: "Jörg Möller", Email: "jm@acme.com", Phone: "+33 1 53 01 12 34"},
		{Source: "users", ID: "3", Name: "Rose Hill", Email: "rose@kept.example.org", Phone: "+44 (0)161 496 1474"},
		{Source: "users", ID: "4", Name: "Mona Okonkwo", Email: "mona@acme.com", Phone: "+1 202 555 0147"},
		{Source: "users", ID: "5", Name: "Ito Barra", Email: "ito@acme.com", Phone: "5551234"},
	}
}

// staffed compiles one column over the people of staff, and makes the
// Inspector that looks for them.
func staffed(t testing.TB, rule string) (*Anonymizer, *Row, *verify.Inspector) {
	t.Helper()
	f := column("v", FormText)
	fields := []Field{f, column("user_id", FormInt)}
	in := input(t, "keep_domains: [kept.example.org]\n"+header+"postgres:\n  things:\n    $person: user_id\n    user_id: keep\n    v: "+rule+"\n", fields...)
	in.People = build(t, in, staff())
	p := compile(t, in)
	row, err := p.Row("postgres", "things", fields)
	if err != nil {
		t.Fatal(err)
	}
	w := verify.NewWanted(in.People, verify.NewControl("abcdefghijkl"), []byte("0123456789abcdef"))
	return p.New(), row, w.NewInspector()
}

// What text and scan leave, the proof must accept: what it refuses cannot be
// cured by anyone.
func TestTextAndScanLeaveNothingToRefuse(t *testing.T) {
	values := []string{
		// numbers without groups, and in what is no group
		"07700998915", "ring 07700998915!", "phone=07700998915", "call_07700998915.wav", "0033153011234", "id:0033153011234x", "33153011234",
		"phone:0153011234/0153 011234", "phone=0033153011234", "33(0)153011234", "44(0)1614961474", "x0161 496 1474", "01614961474", "0044(0)1614961474",
		"2026-01-31 07700998915", "10:11:12 07700998915", "[07700998915,07700998915]", "1 07700 998915", "12 202 555 0147 5", "12025550147",
		"07700\u200b998915", "\u202a07700998915\u202c", "a 1 2 3 4 5 6 7 8 9 10 11 12 13 14 07700998915", "see 2026/07700998915/1.pdf", "%2B33153011234",
		// names with what nobody sees
		"<![CDATA[Oliver Bancroft]]>", "<p><![CDATA[a <b>Oliver</b> Bancroft]]></p>", "<?note Oliver Bancroft?>",
		"Oli\u200bver Ban\u00adcroft", "Oliver\u200b Bancroft", "Oliver \u200bBancroft", "Oliver\u200bBancroft", "\u202eOliver\u202c Bancroft", "Oliver \u200f\u200eBancroft",
		"Oliver\u2060\u00a0Bancroft", "Bancroft,\u200e Oliver", "O\u200fliver Bancrof\u200et", "\ufeffOliver Bancroft", "\u2067Oliver\u2069 \u2067Bancroft\u2069", "Oliver\u00adBancroft",
		"J\u202aörg M\u202cöller", "Jo\u200b\u0308rg Möller", "<b>Oli&shy;ver</b>&#8203; Bancroft", `Oliver\u200e Bancroft`, "OLIVER\u200d_BANCROFT", strings.Repeat("a\u200bb", 99) + "\u200bOliver\u200bBancroft\u200b" + strings.Repeat("x\u200b", 99),
		// addresses
		"jm\u200b@acme.com", "jm@\u200bacme.com", "\u200bjm\u200b@\u200bacme\u00ad.com\u200b.", "jm＠acme.com", "to jm﹫acme.com!", "jm@acme．com", "jm\u200e＠\u2060acme.com", "jm@ac\u202cme.com",
		"oliver.ban\u00adcroft@acme.com", "rose@kept\u200b.example.org", "somebody\u200b@elsewhere.com", "nobody＠elsewhere.com", "请联系jm＠acme.com。",
	}
	for _, rule := range []string{"text", "{text: html}", "scan"} {
		a, row, in := staffed(t, rule)
		for i, v := range values {
			for _, form := range []string{v, `{"note": "` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(v) + `"}`} {
				if in.Clean("things", "v", []byte(form)) {
					t.Errorf("%s: value %d is no leak to begin with: %+q", rule, i, form)
				}
				if out := must(t, a, row, 3, []byte(form)); !in.Clean("things", "v", out) {
					t.Errorf("%s: value %d: %+q becomes %+q, which is refused", rule, i, form, out)
				}
			}
		}
	}
}

// Numbers that are nobody's phone stay, whatever they look like.
func TestTextKeepsNumbersOfNobody(t *testing.T) {
	a, row, _ := staffed(t, "text")
	for _, v := range []string{
		"07700998916", "order 1700000000123", "20260131123045", "5551235", "id 5551234567", "a5551234b", "550e8400-e29b-41d4-a716-446655440000", "12345678901234567890123",
		"2026-01-31T12:30:45.123456789Z", "10:11:02.077009989", "4111 1111 1111 1111", "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16", "0.7700998916", "sha 0770099891500112233",
		"<!DOCTYPE html>", "\u200b@acme.com", "@\u200b.com", "50＠1.20", "\u200b\u200f", "Oliver\u200bian", "Under\u00adBancroft", "Bancroft\u00adwerk",
	} {
		if out := must(t, a, row, 3, []byte(v)); string(out) != v {
			t.Errorf("%+q becomes %+q", v, out)
		}
	}
}

// A known number keeps its layout and its pseudonym, a known address hers,
// whatever nobody sees stands in it.
func TestTextKnowsWhoseItIs(t *testing.T) {
	a, row, _ := staffed(t, "text")
	grouped := must(t, a, row, 3, []byte("07700 998915"))
	if out := must(t, a, row, 3, []byte("07700998915")); !bytes.Equal(out, bytes.ReplaceAll(grouped, []byte(" "), nil)) {
		t.Errorf("the bare number becomes %s, the grouped one %s", out, grouped)
	}
	if out := must(t, a, row, 3, []byte("a 5551234 b")); bytes.Contains(out, []byte("5551234")) || len(out) != len("a 5551234 b") {
		t.Errorf("the number of seven digits becomes %s", out)
	}
	address := must(t, a, row, 3, []byte("jm@acme.com"))
	for _, v := range []string{"j\u00adm@acme.com", "jm\u200b@acme.com", "\u202ajm＠\u2060acme.com", "jm@acme．com"} {
		if out := must(t, a, row, 3, []byte(v)); !bytes.Equal(out, address) {
			t.Errorf("%+q becomes %+q, without what is not seen %s", v, out, address)
		}
	}
	name := must(t, a, row, 3, []byte("Oliver Bancroft"))
	for _, v := range []string{"Oli\u200bver Bancroft", "Oliver\u200bBancroft", "Oliver \u200eBancroft", "Oliver Bancroft\u200f"} {
		if out := must(t, a, row, 3, []byte(v)); !bytes.Equal(out, name) {
			t.Errorf("%+q becomes %+q, without what is not seen %s", v, out, name)
		}
	}
}

func TestKnownPhone(t *testing.T) {
	a, _, _ := staffed(t, "text")
	for number, want := range map[string]bool{
		"07700998915": true, "7700998915": true, "07700 998915": true, "00447700998915": true, "447700998915": false, "0007700998915": false,
		"33153011234": true, "0033153011234": true, "0153011234": true, "153011234": false, "1 53011234": false, "330153011234": true, "0 153011234": true, "0.153011234": false, "0)153011234": true,
		"4401614961474": true, "441614961474": true, "01614961474": true, "161 496 1474": true, "12025550147": true, "2025550147": true, "5551234": true, "05551234": true, "1234567": false,
	} {
		if got := a.KnownPhone([]byte(number)); got != want {
			t.Errorf("KnownPhone(%q) = %v", number, got)
		}
	}
	nobodys := []byte("01707654322")
	if n := testing.AllocsPerRun(100, func() { a.KnownPhone(nobodys) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkKnownPhone(b *testing.B) {
	a, _, _ := staffed(b, "text")
	for _, number := range []string{"1700000000123", "1700000000", "17000000001", "01707654322"} {
		b.Run(number, func(b *testing.B) {
			b.ReportAllocs()
			v := []byte(number)
			for b.Loop() {
				a.KnownPhone(v)
			}
		})
	}
}
