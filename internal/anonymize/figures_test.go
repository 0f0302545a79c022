package anonymize

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"html"
	"net/url"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/text"
)

// zeros are the first digits of the scripts that a telephone number is known in by the proof, and of ASCII.
var zeros = []rune{'0', '٠', '۰', '०', '০', '๐', '０'}

// typed spells a number with the digits of a script, and with the signs of full width where these are.
func typed(number string, zero rune) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '9':
			return r - '0' + zero
		case zero == '０' && r == ' ':
			return '　'
		case zero == '０' && strings.ContainsRune("+()-./", r):
			return r - '+' + '＋'
		}
		return r
	}, number)
}

// layouts are numbers of the test's people as they are written.
var layouts = []string{
	"+49 170 1234567", "+491701234567", "00491701234567", "0049 170 1234567", "+49 (170) 123-4567", "+49 (0)170 1234567", "+49/170/1234567", "+49.170.123.4567", "(+49) 170 1234567",
	"0170 1234567", "0170/1234567", "0170-1234567", "(0170) 123-45-67", "01 70 12 34 56 7", "01701234567", "491701234567", "tel:491701234567",
	"+49 170 7654321", "0170 7654321", "0170.765.43.21", "00491707654321",
}

// What the proof reads as a telephone number the text engine reads, too, in the digits of all scripts: after text and
// after scan the proof finds nothing.
func TestTextReadsTheFiguresOfTheProof(t *testing.T) {
	t.Parallel()
	encodings := []func(string) string{
		func(s string) string { return s }, html.EscapeString, url.QueryEscape, url.PathEscape,
		func(s string) string { return "<p>" + html.EscapeString(s) + "</p>" },
		func(s string) string { b, _ := json.Marshal([]string{"x", s}); return string(b) },
		func(s string) string { return base64.StdEncoding.EncodeToString([]byte("Nachricht: " + s)) },
	}
	for _, rule := range []string{"text", "{text: html}", "scan"} {
		a, row, proof := over(t, someRecords(), rule)
		found, texts := 0, 0
		rapid.Check(t, func(t *rapid.T) {
			zero, second := rapid.SampledFrom(zeros).Draw(t, "zero"), rapid.SampledFrom(zeros).Draw(t, "second")
			number := typed(rapid.SampledFrom(layouts).Draw(t, "number"), zero)
			if zero != second && rapid.IntRange(0, 4).Draw(t, "mixed") == 0 {
				number = typed(number, second)
			}
			word := rapid.SampledFrom([]string{"", "call ", "جوال: ", "تلفن: ", "फ़ोन ", "ফোন ", "โทร ", "電話：", "电话", "Zimmer 12, ", "١٢ ", "<b>", "(", "“", "2026-01-31 "})
			in := word.Draw(t, "before") + number + rapid.SampledFrom([]string{"", ".", "，", " ، ", "。", "؛", " x", ")", " 7", "  ٣ غرف", "\n٤٥", "</b>", " jane@doe.org"}).Draw(t, "behind")
			for range rapid.IntRange(0, 2).Draw(t, "layers") {
				in = encodings[rapid.IntRange(0, len(encodings)-1).Draw(t, "encoding")](in)
			}
			if texts++; !proof.Clean("things", "v", []byte(in)) {
				found++
			}
			out, err := applyTo(a, row, 1, []byte(in))
			if err != nil || !proof.Clean("things", "v", out.Bytes()) {
				t.Fatalf("%s: in %q, which became %q, the proof finds somebody; %v", rule, in, out.Bytes(), err)
			}
		})
		if found*3 < texts {
			t.Errorf("%s: the proof read only %d of %d texts as they were", rule, found, texts)
		}
	}
}

// between is what may stand between two groups of a number's digits, for the proof.
var between = []string{"", "", "", " ", " ", "-", ".", "/", "\t", "\u00a0", "\u2011", "\u202f", "\u2014", "  ", " - ", "--", ".-", ") ", " (", ")-(", "+", " +", "-\t", "\t\t", "/ ", ". ", "\t+\t ", " . ", "\u2009", ",", "\n", "<br>", "</td><td>", "</x>\n<y>"}

// However the digits of a number are put apart, and whatever numbers stand beside it: where the proof reads somebody's
// number, the text engine does.
func TestTextReadsTheGroupsOfTheProof(t *testing.T) {
	t.Parallel()
	numbers := []string{"+491701234567", "491701234567", "00491701234567", "01701234567", "+4901701234567", "1701234567", "+491707654321", "01707654321", "tel:491701234567"}
	for _, rule := range []string{"text", "scan", "{text: html}"} {
		a, row, proof := over(t, someRecords(), rule)
		found, texts := 0, 0
		rapid.Check(t, func(t *rapid.T) {
			var b strings.Builder
			b.WriteString(rapid.SampledFrom([]string{"", "", "x", "call ", "12 ", "12\t", "1\t2\t3\t4\t5\t6\t7\t8\t9\t10\t11\t12\t13\t", "2026-01-31 ", "10:11:", "(+", "(", "1.5 ", "a_", "1 2 3 4 5 6 7 8 9 10 11 12 13 14 "}).Draw(t, "before"))
			usual := rapid.SampledFrom(between).Draw(t, "usual")
			for i, c := range rapid.SampledFrom(numbers).Draw(t, "number") {
				if size := rapid.IntRange(0, 5).Draw(t, "gap"); i > 0 && c <= '9' && size == 0 {
					b.WriteString(usual)
				} else if i > 0 && c <= '9' && size == 1 {
					b.WriteString(rapid.SampledFrom(between).Draw(t, "other"))
				}
				b.WriteRune(c)
			}
			b.WriteString(rapid.SampledFrom([]string{"", "", ".", " 7", "\t7", "x", " 12 34 56", "\t99\t1", "-1", "/2", ".5", " 2026-01-31"}).Draw(t, "behind"))
			in := []byte(b.String())
			if texts++; !proof.Clean("things", "v", in) {
				found++
			}
			out, err := applyTo(a, row, 1, in)
			if err != nil || !proof.Clean("things", "v", out.Bytes()) {
				t.Fatalf("%s: in %q, which became %q, the proof finds somebody; %v", rule, in, out.Bytes(), err)
			}
		})
		if found*3 < texts {
			t.Errorf("%s: the proof read only %d of %d texts as they were", rule, found, texts)
		}
	}
}

// A number has one pseudonym, in a text as in a column, whatever its digits are; what is no number stays as it is typed.
func TestFiguresInTexts(t *testing.T) {
	t.Parallel()
	a, row, _ := over(t, someRecords(), "text")
	rewritten := func(in string) string { return string(must(t, a, row, 1, []byte(in))) }
	number := rewritten("+49 170 1234567")
	for _, zero := range zeros[1:] {
		if got, want := rewritten("جوال: "+typed("+49 170 1234567", zero)+"، شكرا"), "جوال: "+strings.ReplaceAll(number, " ", blankOf(zero))+"، شكرا"; got != want {
			t.Errorf("with %c as zero: %q, want %q", zero, got, want)
		}
	}
	for _, in := range []string{"٢٠٢٦/٠١/٣١", "العدد ١٢٣٤٥", "第１２３回", "२०२६", "๒๕๖๙", "١٢٬٣٤٥٬٦٧٨", "𝟎𝟏𝟐𝟑", "🙂٣🙂"} {
		if got := rewritten(in); got != in {
			t.Errorf("%q became %q", in, got)
		}
	}
	for r := rune(0x80); r <= unicode.MaxRune; r++ {
		s := []byte("x" + string(r))
		if plain := text.Figures(s); unicode.Is(unicode.Nd, r) != !bytes.Equal(plain, s) {
			t.Fatalf("%U became %q", r, plain)
		}
	}
}

// blankOf is the blank that stands in a number with this zero.
func blankOf(zero rune) string {
	if zero == '０' {
		return "　"
	}
	return " "
}
