package anonymize

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"

	"golang.org/x/text/encoding/charmap"
	"pgregory.net/rapid"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
)

// lettersWritten are ways to write a letter in ASCII; nil of one that has none.
var lettersWritten = map[string]func(r rune) string{
	`\u{f6}`: func(r rune) string { return fmt.Sprintf(`\u{%x}`, r) },
	`\x{f6}`: func(r rune) string { return fmt.Sprintf(`\x{%04X}`, r) },
	`\U..f6`: func(r rune) string { return fmt.Sprintf(`\U%08x`, r) },
	`\303`:   func(r rune) string { return eachByte(r, `\%03o`) },
	`\C3`:    func(r rune) string { return eachByte(r, `\%02X`) },
	`%C3`:    func(r rune) string { return eachByte(r, `%%%02X`) },
	`%u00F6`: func(r rune) string {
		if r < 0x100 {
			return fmt.Sprintf(`%%%02X`, r)
		}
		return fmt.Sprintf(`%%u%04X`, r)
	},
	`\f6 `:     func(r rune) string { return fmt.Sprintf(`\%x `, r) },
	`\u246?`:   func(r rune) string { return numbered(r, "?") },
	`\u246\'`:  func(r rune) string { return numbered(r, `\'3f`) },
	`\u246 `:   func(r rune) string { return `\uc0` + numbered(r, ` `) },
	`\uc1\u24`: func(r rune) string { return `\uc1` + numbered(r, ` ?`) },
	`\'f6`: func(r rune) string {
		if c, ok := charmap.Windows1252.EncodeRune(r); ok {
			return fmt.Sprintf(`\'%02x`, c)
		}
		return numbered(r, "?")
	},
}

func eachByte(r rune, format string) (out string) {
	for _, c := range []byte(string(r)) {
		out += fmt.Sprintf(format, c)
	}
	return out
}

func numbered(r rune, behind string) (out string) {
	for _, unit := range utf16.Encode([]rune{r}) {
		out += fmt.Sprintf(`\u%d`, int16(unit)) + behind
	}
	return out
}

// writtenIn writes the letters beyond ASCII of a text.
func writtenIn(text string, write func(r rune) string) string {
	var b strings.Builder
	for _, r := range text {
		if r < 0x80 {
			b.WriteRune(r)
		} else {
			b.WriteString(write(r))
		}
	}
	return b.String()
}

// In whatever writing the letters of a name stand, and between whatever control words, the engine replaces what the proof
// reads.
func TestTextReadsTheWritingsOfTheProof(t *testing.T) {
	t.Parallel()
	ways := make([]string, 0, len(lettersWritten))
	for way := range lettersWritten {
		ways = append(ways, way)
	}
	people := append(someRecords(), person.Record{Source: "users", ID: "4", First: "Ольга", Last: "Иванова", Email: "jörg@möller.example"})
	for _, rule := range []string{"text", "scan", "{text: html}"} {
		a, row, proof := over(t, people, rule)
		for way, write := range lettersWritten {
			for _, name := range []string{"Jörg Möller", "Ольга Иванова", "Möller, Jörg", "jörg@möller.example"} {
				in := "Met " + writtenIn(name, write) + " today"
				if proof.Clean("things", "v", []byte(in)) {
					t.Errorf("%s: the proof finds nobody in %q", way, in)
				}
				if out := must(t, a, row, 0, []byte(in)); !proof.Clean("things", "v", out) {
					t.Errorf("%s: %q became %q, in which the proof finds somebody", rule, in, out)
				}
			}
		}
		found, texts := 0, 0
		rapid.Check(t, func(t *rapid.T) {
			in := rapid.SampledFrom([]string{"", "", `{\rtf1\ansi `, `{\rtf1\ansi\ansicpg1250\uc2 `, `{"a":"`, "\\", "%", `\uc1`, `C:\`}).Draw(t, "begin")
			for _, word := range strings.Fields(rapid.SampledFrom([]string{"Jörg Möller", "möller JÖRG", "Mr Möller", "J. Möller", "Ольга Иванова", "Rose Hill", "jm@acme.com", "rose.hill@acme.com", "+49 170 1234567"}).Draw(t, "name")) {
				write := lettersWritten[rapid.SampledFrom(ways).Draw(t, "way")]
				for _, r := range word {
					if r >= 0x80 || rapid.IntRange(0, 15).Draw(t, "code") == 0 {
						in += write(r)
					} else {
						in += string(r)
					}
				}
				in += rapid.SampledFrom([]string{" ", " ", "  ", `\20 `, `\040`, "%20", `\b `, ` \b `, `\b0 `, `}{\i `, `} {\i `, `\par `, "\\par\r\n", `\~`, `\tab`, `\'20`, `\u32?`, `\n`, ` \`, "\n", `{\*\x y}`, `\'a0`, `\_`, `\u160\'a0`}).Draw(t, "gap")
			}
			in += rapid.SampledFrom([]string{"", "was there", `\'e9`, `}`, `"}`, `\`, `%F6`, `\f6 `}).Draw(t, "end")
			if texts++; !proof.Clean("things", "v", []byte(in)) {
				found++
			}
			out, err := applyTo(a, row, 99, []byte(in))
			if err != nil || !proof.Clean("things", "v", out.Bytes()) {
				t.Fatalf("%s: in %q, which became %q, the proof finds somebody; %v", rule, in, out.Bytes(), err)
			}
		})
		if found*5 < texts {
			t.Errorf("%s: the proof read only %d of %d texts as they were", rule, found, texts)
		}
	}
}

// An address that is spelled out is its person's.
func TestSpelledAddressIsThePersons(t *testing.T) {
	t.Parallel()
	a, row, proof := over(t, someRecords(), "text")
	want := strings.NewReplacer("@", " [at] ").Replace(string(must(t, a, row, 0, []byte("rose.hill@acme.com"))))
	out := must(t, a, row, 0, []byte("ask rose.hill [at] acme.com."))
	if string(out) != "ask "+want+"." || !proof.Clean("things", "v", out) {
		t.Errorf("it became %q, want %q", out, want)
	}
}
