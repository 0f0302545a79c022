package text

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestVisible(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "rose@acme.com": "rose@acme.com", "jörg@möller.de": "jörg@möller.de", "ro\u00adse\u200b＠\u202aacme．com\ufeff": "rose@acme.com", "a﹫b": "a@b", "\u2067\u2069": "",
		"\xff\u200b": "\ufffd",
	} {
		if got := string(Visible([]byte(in))); got != want {
			t.Errorf("Visible(%+q) = %+q, want %+q", in, got, want)
		}
	}
}

func TestFindEmailsUnseen(t *testing.T) {
	for _, c := range []struct {
		in   string
		want []string
	}{
		{"to rose\u200b@acme.com\u200b.", []string{"rose\u200b@acme.com\u200b"}},
		{"rose@\u2060acme.com.\u200b", []string{"rose@\u2060acme.com"}},
		{"rose@acme\u00ad.\u200bcom x", []string{"rose@acme\u00ad.\u200bcom"}},
		{"rose＠acme.com, bob@acme.com; tim﹫acme．com", []string{"rose＠acme.com", "bob@acme.com", "tim﹫acme．com"}},
		{"请rose\u200e＠acme.com谢", []string{"rose\u200e＠acme.com"}},
		{"名前\u200b@\u200b例え.jp", []string{"名前\u200b@\u200b例え.jp"}},
		{"\u200f@acme.com @\u200b.com rose＠ ＠acme.com，", nil},
		{"rose@acme.\u200b1x rose@acme.\u200b\u200b.com", nil},
		{"rose@acme.com.\u200b.x", []string{"rose@acme.com"}},
	} {
		if diff := cmp.Diff(c.want, strs(c.in, FindEmails(nil, []byte(c.in)))); diff != "" {
			t.Errorf("FindEmails(%+q): %s", c.in, diff)
		}
	}
}

func TestEngineUnseen(t *testing.T) {
	e := testEngine()
	for _, c := range []engineCase{
		{"Ro\u200bse \u200eHi\u00adll\u200f!", "Iris Falk!", nil},
		{"\u202eRose\u202c Hill", "\u202eIris Falk", nil},
		{"Rose\u200bHill, Hill,\u2060 Rose", "Iris Falk, Falk, Iris", nil},
		{"Möl\u00adler Möller\u200b", "Falk Falk", nil},
		{"Ober\u00adMöller Möller\u00adwerk Möller\u200bs", "Ober\u00adMöller Möller\u00adwerk Möller\u200bs", nil},
		{"Ro\u200bse, Hill\u200bside", "Iris, Hill\u200bside", []int32{0}},
		{"rose\u200b＠foo.org", "x@example.com", nil},
	} {
		c.run(t, e, false)
	}
	for _, c := range []engineCase{
		{"<![CDATA[Rose Hill]]>", "<![CDATA[Iris Falk]]>", nil},
		{"<p><![CDATA[<b>Rose</b> Hill]]>", "<p><![CDATA[<b>Iris</b> Falk]]>", nil},
		{"<![CDATA[x>y", "<![CDATA[x>y", nil},
		{"<?note by Rose Hill?><!DOCTYPE html>", "<?note by Iris Falk?><!DOCTYPE html>", nil},
		{"Ro&shy;se&#x200b; Hill", "Iris Falk", nil},
	} {
		c.run(t, e, true)
	}
}

// What nobody sees never hides a name or an address, wherever it stands in it.
func TestUnseenHidesNothing(t *testing.T) {
	e := testEngine()
	rapid.Check(t, func(t *rapid.T) {
		whole := rapid.SampledFrom([]string{"Rose Hill", "Hill, Rose", "Jörg Möller", "Jean-Luc Picard", "rose.hill@foo.org", "R. Hill"}).Draw(t, "mention")
		var in strings.Builder
		for _, r := range whole {
			in.WriteString(strings.Repeat(string(rapid.SampledFrom([]rune("\u00ad\u200b\u200d\u200e\u200f\u202a\u202e\u2060\u2069\ufeff")).Draw(t, "sign")), rapid.IntRange(0, 1).Draw(t, "times")))
			in.WriteRune(r)
		}
		var n, plain Counts
		e.Rewrite(nil, []byte("to "+whole+"!"), mask{}, Options{}, &plain)
		out := e.Rewrite(nil, []byte("to "+in.String()+"!"), mask{}, Options{}, &n)
		if n != plain || !strings.HasPrefix(string(out), "to ") || !strings.HasSuffix(string(out), "!") {
			t.Fatalf("%+q becomes %+q", in.String(), out)
		}
	})
}
