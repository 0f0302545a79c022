package text

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func strs(s string, spans []Span) []string {
	var out []string
	for _, p := range spans {
		out = append(out, s[p.Start:p.End])
	}
	return out
}

func TestFindEmails(t *testing.T) {
	for _, c := range []struct {
		in   string
		want []string
	}{
		{"", nil},
		{"write to rose.hill@acme.com.", []string{"rose.hill@acme.com"}},
		{"<rose@acme.com>,bob+tag@mail.acme.co.uk;", []string{"rose@acme.com", "bob+tag@mail.acme.co.uk"}},
		{"mailto:o'connor@acme.com?subject=x", []string{"o'connor@acme.com"}},
		{"'rose@acme.com'", []string{"rose@acme.com"}},
		{"email=rose@acme.com&x=1", []string{"rose@acme.com"}},
		{"bounces+rose=acme.com@mailer.net", []string{"bounces+rose=acme.com@mailer.net"}},
		{"jörg.müller@müller.de", []string{"jörg.müller@müller.de"}},
		{"请联系rose@acme.com谢谢", []string{"rose@acme.com"}},
		{"名前@例え.jp", []string{"名前@例え.jp"}},
		{"hr@例子.cnまで, hr@例子.中国请", []string{"hr@例子.cn", "hr@例子.中国请"}},
		{"“rose@acme.com”", []string{"rose@acme.com"}},
		{`"rose hill"@acme.com`, []string{`"rose hill"@acme.com`}},
		{"rose@localhost, rose@, @acme.com, a@b, x@1.2.3", nil},
		{"icon@2x.png ICON@3X.JPG a@3x.com", []string{"a@3x.com"}},
		{"rose@acme.com.", []string{"rose@acme.com"}},
		{"rose@acme.com...", []string{"rose@acme.com"}},
		{"rose@acme-.com", nil},
		{"rose@acme.com-", []string{"rose@acme.com"}},
		{"a@b@acme.com", []string{"b@acme.com"}},
		{"rose@acme.com@other.org", []string{"rose@acme.com"}},
		{"ROSE_1@ACME.COM\nnext", []string{"ROSE_1@ACME.COM"}},
		{"(rose@x.io)", []string{"rose@x.io"}},
		{"rose@acme.c", nil},
		{"rose@acme.., 0@A0..", nil},
		{"rose@acme.com..x", []string{"rose@acme.com"}},
		{"@@@@@", nil},
		{"rose@acme.xn--p1ai", []string{"rose@acme.xn--p1ai"}},
	} {
		got := strs(c.in, FindEmails(nil, []byte(c.in)))
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("FindEmails(%q): %s", c.in, diff)
		}
	}
}

func TestFindURLEmails(t *testing.T) {
	in := "https://x.org/?q=rose%40acme.com&r=100%40&s=a@b.org"
	got := strs(in, FindURLEmails(nil, []byte(in)))
	if diff := cmp.Diff([]string{"rose%40acme.com"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestNormalEmail(t *testing.T) {
	for in, want := range map[string]string{
		"Jane@ACME.com ":          "jane@acme.com",
		"\u00a0jane@acme.com\n":   "jane@acme.com",
		"mailto:Jane@acme.com":    "jane@acme.com",
		"<Jane@acme.com>":         "jane@acme.com",
		"JO\u0308RG@acme.com":     "jörg@acme.com",
		"a/b=c@acme.com":          "a/b=c@acme.com",
		`"Jane Doe"@acme.com`:     `"jane doe"@acme.com`,
		"n/a":                     "",
		"":                        "",
		"   ":                     "",
		"jane":                    "",
		"jane@":                   "",
		"jane@acme":               "",
		"@acme.com":               "",
		"jane doe@acme.com":       "",
		"jane@acme.com,b@acme.de": "",
		"jane@@acme.com":          "",
		"jane@acme.com.":          "",
	} {
		got, ok := NormalEmail([]byte("x"), []byte(in))
		if ok != (want != "") || string(got) != "x"+want {
			t.Errorf("NormalEmail(%q) = %q, %v; want %q", in, got, ok, want)
		}
	}
}

func FuzzFindEmails(f *testing.F) {
	f.Add([]byte("x rose@acme.com y%40z.org"))
	f.Add([]byte("名前@例え.jp\xff@\xfe.com"))
	f.Fuzz(func(t *testing.T, s []byte) {
		for _, spans := range [][]Span{FindEmails(nil, s), FindURLEmails(nil, s)} {
			last := 0
			for _, p := range spans {
				if p.Start < last || p.End <= p.Start || p.End > len(s) {
					t.Fatalf("bad span %v of %d bytes", p, len(s))
				}
				last = p.End
			}
		}
		for _, p := range FindEmails(nil, s) {
			one := s[p.Start:p.End]
			if again := FindEmails(nil, one); !slices.Equal(again, []Span{{0, len(one)}}) {
				t.Fatalf("an address alone is not found whole: %v of %d", again, len(one))
			}
		}
		if n, ok := NormalEmail(nil, s); ok {
			again, ok := NormalEmail(nil, n)
			if !ok || !bytes.Equal(n, again) {
				t.Fatalf("normal form is not a fixed point")
			}
		}
	})
}

func BenchmarkFindEmails(b *testing.B) {
	s := []byte(strings.Repeat("The quarterly report is due on Friday, please send it to the team lead. ", 56) + "rose@acme.com")
	b.SetBytes(int64(len(s)))
	b.ReportAllocs()
	var buf [8]Span
	for b.Loop() {
		if len(FindEmails(buf[:0], s)) != 1 {
			b.Fatal("not found")
		}
	}
}
