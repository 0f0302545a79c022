package verify

import (
	"strings"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
)

// Labels from RFC 3492 and from registries.
var punycodes = map[string]string{
	"xn--mller-jua": "möller", "xn--mller-kva": "müller", "xn--bcher-kva": "bücher", "xn--fsqu00a": "例子", "xn--fiqs8s": "中国", "xn--p1ai": "рф", "xn--maana-pta": "mañana", "xn--strae-oqa": "straße",
	"xn--ihqwcrb4cv8a8dqg056pqjye": "他们为什么不说中文", "xn--egbpdaj6bu4bxfgehfvwxn": "ليهمابتكلموشعربي؟", "xn--3b-ww4c5e180e575a65lsy2b": "3年b組金八先生", "xn--ngbc5azd": "شبكة", "xn--80akhbyknj4f": "испытание", "xn--ls8h": "💩",
}

func TestPunycode(t *testing.T) {
	for coded, plain := range punycodes {
		if got := string(unicodeDomain([]byte("a." + coded + ".com"))); got != "a."+plain+".com" {
			t.Errorf("%s is read as %s, want %s", coded, got, plain)
		}
		if got := asciiDomain("a." + plain + ".com"); got != "a."+coded+".com" {
			t.Errorf("%s is written as %s, want %s", plain, got, coded)
		}
	}
	for _, bad := range []string{"xn--", "xn--!", "xn--a-", "xn--99999999999", "xn--\xff", "xn--zzzzzzzzzzzz99999b"} {
		if got := string(unicodeDomain([]byte(bad))); got != bad {
			t.Errorf("%q is read as %q", bad, got)
		}
	}
}

// keeping is an inspector of a tenant that keeps domains, written in different ways.
func keeping(t *testing.T) *Inspector {
	index := indexKeeping(t, append(staff(), person.Record{First: "Käthe", Last: "Brühl", Email: "k.bruehl@XN--MLLER-JUA.de"}, person.Record{First: "Otto", Last: "Zwirn", Email: "otto@sub.Straße.example"}),
		"Kept.Example", "bücher.example", "xn--maana-pta.example", "例子.example", "ÜBER.example")
	return NewWanted(index, NewControl("abcdefghijkl"), []byte("0123456789abcdef")).NewInspector()
}

// An address at a kept domain is none of an unknown one, however the domain is written; and one that somebody has is found.
func TestDomainsInOtherForms(t *testing.T) {
	in := keeping(t)
	for _, domain := range []string{
		"kept.example", "KEPT.EXAMPLE", "Kept.Example", "kept.example.", "kept.example..", "kept.example.,", "bücher.example", "BÜCHER.EXAMPLE", "bu\u0308cher.example", "BU\u0308CHER.example", "xn--bcher-kva.example", "XN--BCHER-KVA.Example",
		"mañana.example", "xn--maana-pta.example", "mAÑANA.example.", "man\u0303ana.example", "例子.example", "xn--fsqu00a.example", "über.example", "ÜBER.EXAMPLE", "xn--ber-goa.example", "ｋｅｐｔ.example", "b\\u00fccher.example", "b%C3%BCcher.example", "b&uuml;cher.example", "b=C3=BCcher.example",
	} {
		for _, local := range []string{"zora", "Zora.Quint+x", "ZORA"} {
			if got := kindsIn(in, "to <"+local+"@"+domain+"> now"); len(got) > 0 {
				t.Errorf("%s is taken for a leak: %q", domain, got)
			}
		}
	}
	for _, address := range []string{
		"j.moeller@möller.de", "j.moeller@xn--mller-jua.de", "J.MOELLER@XN--MLLER-JUA.DE", "j.moeller@mo\u0308ller.de", "k.bruehl@möller.de", "k.bruehl@xn--mller-jua.de", "k.bruehl@mo\u0308ller.de.", "otto@sub.straße.example", "otto@sub.xn--strae-oqa.example", "j.moeller+x@xn--mller-jua.de",
	} {
		if got := kindsIn(in, address); len(got) == 0 || got[0] != "e-mail" {
			t.Errorf("%s: %q", address, got)
		}
	}
	for _, address := range []string{"x@xn--mller-kva.example", "x@xn--bcher-kva.example.org", "x@notkept.example", "x@sub.kept.example", "x@kept-example.com", "x@xn--a-.example", "x@b\u0308ucher.example"} {
		if got := kindsIn(in, address); len(got) != 1 || !strings.Contains(got[0], "unknown") {
			t.Errorf("%s: %q", address, got)
		}
	}
}

func FuzzPunycode(f *testing.F) {
	for coded, plain := range punycodes {
		f.Add(coded, plain)
	}
	f.Fuzz(func(t *testing.T, coded, plain string) {
		if got := unicodeDomain([]byte(coded)); len(got) > 8*len(coded)+8 {
			t.Fatal("a domain grows without bounds")
		}
		if ascii := asciiDomain(plain); ascii != plain && !strings.Contains(plain, "xn--") {
			if back := string(unicodeDomain([]byte(ascii))); back != plain {
				t.Fatalf("%q becomes %q and then %q", plain, ascii, back)
			}
		}
	})
}
