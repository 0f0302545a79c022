package verify

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"math/rand"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
)

// kindsIn returns the kinds of leak in one value.
func kindsIn(in *Inspector, value string) []string {
	clear(in.fields)
	in.Value("users", "note", []byte(value))
	var kinds []string
	for _, l := range in.listed() {
		if !slices.Contains(kinds, l.Kind) {
			kinds = append(kinds, l.Kind)
		}
	}
	return kinds
}

func TestRecall(t *testing.T) {
	latin1, err := charmap.ISO8859_1.NewEncoder().String("Herr Jörg Möller kam")
	if err != nil {
		t.Fatal(err)
	}
	in := inspector(t)
	for kind, values := range map[string][]string{
		"e-mail": {
			"jane.stonefield@acme-corp.com", "JANE.Stonefield@ACME-corp.COM", "<jane.stonefield@acme-corp.com>", "mailto:jane.stonefield@acme-corp.com?subject=x",
			"(jane.stonefield@acme-corp.com)", "to=jane.stonefield@acme-corp.com&x=1", "a/jane.stonefield@acme-corp.com/b", "'jane.stonefield@acme-corp.com'",
			"write to jane.stonefield@acme-corp.com.", "jane.stonefield@acme-corp.com.Then she left", "jane.stonefield@acme-corp.com-foo", "...jane.stonefield@acme-corp.com...",
			"„jane.stonefield@acme-corp.com“", "»jane.stonefield@acme-corp.com«", "联系jane.stonefield@acme-corp.com请", "jane.stonefield@acme-corp.com、x", "—jane.stonefield@acme-corp.com—",
			"jane.stonefield+news@acme-corp.com", "jl+private@acme-corp.com", "x,jane.stonefield@acme-corp.com;y", "|jane.stonefield@acme-corp.com|", "#jane.stonefield@acme-corp.com", "mail*jane.stonefield@acme-corp.com*",
			"jane.stonefield%40acme-corp.com", "?u=jane%2Estonefield%40acme-corp%2Ecom", "jane.stonefield\\u0040acme-corp.com", "jane.stonefield&#64;acme-corp.com", "jane.stonefield&commat;acme-corp.com",
			`{"to":"jane.stonefield@acme-corp.com"}`, `{"raw":"{\"to\":\"jane.stonefield\\u0040acme-corp.com\"}"}`, "\x00\x1djane.stonefield@acme-corp.com\x00", "\xff\xd8\xffExif\x00jane.stonefield@acme-corp.com\x00\x89",
			"j.moeller@möller.de", "J.MOELLER@MÖLLER.DE", "ana@kept.example", "„ana@kept.example”", "ana+x@kept.example", "ana@kept.example.", "ana@kept.example请",
			"jane.stonefield\u200b@acme-corp.com", "jane.stonefield@\u2060acme-corp.com", "jl+private＠acme-corp.com", "ana@ke\u00adpt.example",
			"amFuZS5zdG9uZWZpZWxkQGFjbWUtY29ycC5jb20=", "tok eyJtIjoiamFuZS5zdG9uZWZpZWxkQGFjbWUtY29ycC5jb20ifQ.x", "6a616e652e73746f6e656669656c644061636d652d636f72702e636f6d",
			"\xff\xfej\x00l\x00+\x00p\x00r\x00i\x00v\x00a\x00t\x00e\x00@\x00a\x00c\x00m\x00e\x00-\x00c\x00o\x00r\x00p\x00.\x00c\x00o\x00m\x00", zipped(t, "to jl+private@acme-corp.com"), base64.StdEncoding.EncodeToString([]byte(zipped(t, "x"))) + " jl+private@acme-corp.com",
			"nobody@elsewhere.com, jane.stonefield@acme-corp.com", "a@jane.stonefield@acme-corp.com",
		},
		"name": {
			"Jane Stonefield", "jane stonefield", "JANE STONEFIELD", "Stonefield Jane", "Stonefield, Jane", "jane.stonefield", "jane_stonefield-cv.pdf", "Jane\n Stonefield", "Jane\u00a0Stonefield",
			"said Jane Stonefield's brother", "<b>Jane</b> <i>Stonefield</i>", "<td>Jane</td><td>Stonefield</td>", "Jane&nbsp;Stonefield", "Jane%20Stonefield", "q=Jane+Stonefield%21", "Jane/Stonefield",
			"Jörg Möller", "JÖRG MÖLLER", "Jorg Moller", "Joerg Moeller", "Jörg Moeller", "Jo\u0308rg Mo\u0308ller", norm.NFD.String("Jörg Möller"), "J\\u00f6rg M\\u00f6ller", "J&ouml;rg M&#246;ller", "J&ouml;rg <b>M&ouml;ller</b>",
			"J%C3%B6rg%20M%C3%B6ller", latin1, `"J\\u00f6rg M\\u00f6ller"`, "\\nJörg Möller", "“Jörg Möller”", "Möller Jörg",
			"Jean-Luc O'Connor", "jean luc o’connor", "Jean–Luc O´Connor", "O'Connor, Jean-Luc", "Jean-Luc O&#39;Connor", "jean_luc_o_connor", "Jean-Luc O\\u0027Connor",
			"Åse Sørensen", "Aase Soerensen", "Ase Sorensen", "åse sørensen", "Łukasz Żółć", "Lukasz Zolc", "Jan van der Berg", "van der Berg, Jan", "JAN VAN DER BERG",
			"Mary Ann Quimby", "Mary Quimby", "Quimby, Mary Ann", "Mary-Ann Quimby", "Will Grant", "WILL GRANT", "Ask Will Grant now", "Grant, Will", "Rose Hill wrote",
			"田中太郎", "担当は田中太郎です", "田中 太郎", "王小明", "请联系王小明。", "김민준 박", norm.NFD.String("김민준 박"), "Дмитрий Соколов", "СОКОЛОВ ДМИТРИЙ", "Ｊａｎｅ Ｓｔｏｎｅｆｉｅｌｄ",
			"Ja\u200bne Stonefield", "Jane Stone\u00adfield", "Jane\u2060 Stonefield", "J<b>ane</b> Stone<wbr>field", "Jane S. Stonefield", "Jane S Stonefield", "SmFuZSBTdG9uZWZpZWxk",
			"'jane':1 'stonefield':2", "'a':3 'jane':4A 'stonefield':5A,9B", "=?utf-8?B?SmFuZSBTdG9uZWZpZWxk?=", "\x00J\x00a\x00n\x00e\x00 \x00S\x00t\x00o\x00n\x00e\x00f\x00i\x00e\x00l\x00d", zipped(t, "<p>Jane&nbsp;Stonefield"),
			"\x01\x02Jane Stonefield\x00", "Jane Jane Stonefield", "Jane Stonefields Vertrag", "JANE STONEFIELDS", "Jan van der Bergs", "Berg, Jan van der", "王芳", "审批人：王芳。", "وافق محمد الحسن", "ومحمد الحسن", "Jorg Jörg Moeller", `{"name":"Jane Stonefield"}`, `Jane "Zazou" Stonefield`, "Jane (Zazou) Stonefield", "Jörg „Jogi“ Möller", "Jane “Zazou” Stonefield", "Jane \\\"Stonefield\\\"",
		},
		"name with an initial": {
			"J. Stonefield", "J.Stonefield", "Stonefield, J.", "Stonefield J.", "ask J. STONEFIELD now", "J.\u00a0Stonefield", "Å. Sørensen", "A. Soerensen", "J. van der Berg", "van der Berg, J.", "J. Moeller", "J. O’Connor",
		},
		"phone": {
			"+49 170 5550123", "+491705550123", "00491705550123", "0049 170 5550123", "+49 (170) 555-0123", "+49/170/5550123", "+49.170.555.0123", "491705550123", "tel:491705550123", "call +49\u00a0170\u00a05550123!",
			"+49\u2011170\u20115550123", "(+49) 170 5550123", "+49 170-555 01 23", "030 5557788", "030/5557788", "(030) 555-77-88", "030-5557788", "(202) 555-0147", "202-555-0147", "202.555.0147", "+2025550147",
			"0170 5550123", "0170/5550123", "0.170.5550123", "0 1705550123", "+49 (0)170 5550123", "+49 0170 5550123", "01705550123", "+49305557788", "0049305557788", "+1 202 555 0147", "+12025550147", "00170\u200b5550123 0170\u200b5550123",
			"＋４９ １７０ ５５５０１２３", "０１７０－５５５０１２３", "٠١٧٠ ٥٥٥٠١٢٣", "جوال: +٤٩ ١٧٠ ٥٥٥٠١٢٣", "۰۱۷۰ ۵۵۵۰۱۲۳", "०१७० ५५५०१२३", "০১৭০ ৫৫৫০১২৩", "๐๑๗๐ ๕๕๕๐๑๒๓",
			"Room 12, 202 555 0147", "1 030 5557788", "phone: 2 (202) 555 0147 x", "%2B491705550123", "+49&nbsp;170&nbsp;5550123", "tel:5551234", "(202) 601-0210", "202.601.0210", "30 12 202 555 0147 5",
		},
		"e-mail of an unknown domain": {
			"someone@elsewhere.com", "Someone.Else@Mail.Elsewhere.CO.UK", "x@163.com", "a.b@1und1.de", "info@müller-shop.de", "mail <someone@elsewhere.com>", "someone@d-abcdef.example.com.evil.org,a@b.org",
			"someone@kept.example.au", "x@xn--mller-kva.de", "地址someone@elsewhere.com", "\x81\xa5email\xb5someone@elsewhere.com\xa4name", "user@example.com", "a@b.io",
		},
	} {
		for _, value := range values {
			if got := kindsIn(in, value); !slices.Contains(got, kind) {
				t.Errorf("%q: found %q, want %s", value, got, kind)
			}
		}
	}
}

// zipped compresses a text.
func zipped(t *testing.T, text string) string {
	var b strings.Builder
	z := gzip.NewWriter(&b)
	if _, err := z.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestNoFalseAlarms(t *testing.T) {
	in := inspector(t)
	values := []string{
		"", " ", "react@18.2.0", "npm i @types/node@20.1.4", "lodash@4.17.21-beta.rc", "@mention", "hello @jane", "user@localhost", "root@db-1", "a@b", "icon@2x.png", "logo@3x.webp", "@", "@@@", "a@.com", "@acme-corp.com", "x@y.1",
		"5@10.50", "price@1.20 each", "git@abc:repo", "ssh://git@host/x", "a @ b.com", "key@{u}.de",
		"zora.quint.abcd@d-abcdef.example.com", "<zora@d-abcdef.example.com>", "zora@d-abcdef.example.com.Then", "„zora@d-abcdef.example.com“", "zora@d-abcdef.example.com请", "zora@kept.example", "ZORA@KEPT.EXAMPLE", "x%40d-abcdef.example.com",
		"oldcontrol2345@control.tenantcopy.invalid", `{\rtf1 zora@kept.example\par zora@d-abcdef.example.com\b0}`, `zora@kept.example\path`, "Where is it ?@acme.com",
		"Jane", "Stonefield", "jane went to stonefield", "Jane and Stonefield", "Janet Stonefield", "Jan Berg", "Jorg", "M. Stonefield", "J Stonefield", "j. stonefield", "W. Grant", "Grant, W.", "J. is in Stonefield", "J., Stonefield", "我王芳香", "请王芳签", "moeller", "Stone Field Jane", "janestonefield", "Jane 2 Stonefield",
		"the board will grant access", "Will grant be paid?", "will Grant pay", "roses on the hill: rose hill", "a rose hill", "田中さん", "太郎", "小明", "王小", "Xu Ling",
		"4915", "12345678901234567890", "17055501", "0000005557788", "1700000000123", "2026-01-02 03:04:05.678", "20260102030405", "10.20.30.40", "550e8400-e29b-41d4-a716-446655440000", "5551234", "555-1234", "order 5551234 of 7", "2025550147", "id 2025550147",
		"2026-01-02 10:11:12", "2026.01.02 10:11", "101.102.10.33", "\x89PNG\x00\x01q@Qz.kT\x02\x80", "\x00\x10abcd@ab.cd\x00", "\xff\xfeabcd@abC.cd\x07", "\x00\x01ab@abcde.cd",
		"Jane Will Stonefield", "Jane<br>and<br>Stonefield", "'jane':1 'stonefield':3 'x':2", "responsibilities internationalization", "d41d8cd98f00b204e9800998ecf8427e", "eyJhbGciOiJIUzI1NiJ9",
		`["Jane", "Zazou", "Stonefield"]`, `"Jane","Zazou","Stonefield"`, "'jane' 'kitchen' 'stonefield'", "Jane (and Bob) Stonefield", "+٤٩ ١٧٠ ٥٥٥٠١٢٤", "٢٠٢٦٠١٠٢٠٣٠٤٠٥", "０１７０５５５０１２", "555 0123", "0170555012", "+49 170 5550124", "x\x00y\x00z\x00", "\x1f\x8b\x08broken", "\x78\x9cbroken",
		"3.14159265358979", "0.1705550123", "x 0.1705550123,", "1,234,567.89", "9780306406157",
	}
	for _, value := range values {
		if got := kindsIn(in, value); len(got) > 0 {
			t.Errorf("%q: found %q", value, got)
		}
	}
}

// particled are people whose family names begin with a particle in a capital:
// half of such a name is no name.
func particled() []person.Record {
	var records []person.Record
	for _, family := range []string{"Martin-Holt", "Şahin Yurt", "De Santis", "De Luca", "Della Rovere", "Di Stefano", "Van Damme", "Von Trapp", "La Torre", "Los Santos", "El Amrani", "De La Cruz Ortega"} {
		for i, given := range []string{"Alessandra", "Cosimo", "Beatrice", "Marta", "Anna", "Peter", "Karim", "Jan", "Maria", "Luca"} {
			records = append(records, person.Record{First: given, Last: family, Email: fmt.Sprintf("%s.%d@acme.example", strings.ToLower(given), i), Locale: "it"})
		}
	}
	return records
}

// same.
func TestBinary(t *testing.T) {
	in := inspector(t)
	random := rand.New(rand.NewSource(1))
	noise := make([]byte, 1<<20)
	for range 4 {
		random.Read(noise)
		if got := kindsIn(in, string(noise)); len(got) > 0 {
			t.Errorf("random bytes: found %q", got)
		}
	}
	for _, planted := range []string{"jane.stonefield@acme-corp.com", "Jane Stonefield", "Jörg Möller"} {
		copy(noise[5000:], "\x00"+planted+"\x00")
		if got := kindsIn(in, string(noise)); len(got) == 0 {
			t.Errorf("%s is not found in random bytes", planted)
		}
	}
}

// However a mention is encoded and wherever it stands, it is found.
func TestRecallOfEncodings(t *testing.T) {
	in := inspector(t)
	escape := func(s string) string {
		b, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	ascii := func(s string) string {
		var b strings.Builder
		for _, r := range s {
			if r < 0x80 && r != '@' {
				b.WriteRune(r)
			} else {
				b.WriteString(`\u` + strings.Repeat("0", 4-len(hexOf(r))) + hexOf(r))
			}
		}
		return b.String()
	}
	styles := []func(string) string{func(s string) string { return s }, strings.ToUpper, strings.ToLower, norm.NFD.String}
	encodings := []func(string) string{
		func(s string) string { return s }, html.EscapeString, escape, ascii, url.QueryEscape, url.PathEscape,
		func(s string) string { return "<p>" + html.EscapeString(s) + "</p>" },
	}
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.SampledFrom([]string{
			"Jane Stonefield", "Jörg Möller", "Jean-Luc O'Connor", "Łukasz Żółć", "jane.stonefield@acme-corp.com", "j.moeller@möller.de", "ana@kept.example", "+49 170 5550123",
		}).Draw(t, "mention")
		pad := rapid.StringMatching(`[A-Za-z é.,!<>"&\n]{0,30}`)
		value = pad.Draw(t, "before") + " " + value + " " + pad.Draw(t, "after")
		value = styles[rapid.IntRange(0, len(styles)-1).Draw(t, "style")](value)
		for range rapid.IntRange(1, 3).Draw(t, "layers") {
			value = encodings[rapid.IntRange(0, len(encodings)-1).Draw(t, "encoding")](value)
		}
		if got := kindsIn(in, value); len(got) == 0 {
			t.Fatalf("not found in %q", value)
		}
	})
}

func hexOf(r rune) string {
	const digits = "0123456789abcdef"
	var b []byte
	for ; r > 0; r >>= 4 {
		b = append([]byte{digits[r&15]}, b...)
	}
	return string(b)
}

func FuzzInspector(f *testing.F) {
	for _, s := range []string{"Jane Stonefield", `\u00f6\ud83d\ude00`, "%4", "&#x;", "<a", "@", "+49 (170", "\xff@\xfe.com", "\u0308\u3099", "각각"} {
		f.Add([]byte(s))
	}
	w := inspector(f).w
	f.Fuzz(func(t *testing.T, value []byte) {
		in := w.NewInspector()
		given := bytes.Clone(value)
		in.Value("g", "f", value)
		if !bytes.Equal(given, value) {
			t.Fatal("the value was changed")
		}
		again := w.NewInspector()
		again.Value("g", "f", value)
		if len(again.listed()) != len(in.listed()) {
			t.Fatal("a second look finds something else")
		}
		with := append(append(bytes.Clone(value), "\n\n.\n"...), "jane.stonefield@acme-corp.com"...)
		if bytes.IndexByte(value, '\\') < 0 && w.NewInspector().Clean("g", "f", with) {
			t.Fatal("an address after it is not found")
		}
	})
}
