package text

import (
	"strings"
	"testing"
)

// wide spells pseudonyms with letters beyond ASCII, one of them beyond 16 bits.
type wide struct{ mask }

func (wide) Name(dst []byte, m Match, original []byte) []byte {
	return Render(dst, m, original, "Zoë", "Šíp")
}

// TestWritings: a name whose letters are written as other languages than JSON have them is found, and written back so.
func TestWritings(t *testing.T) {
	e := testEngine()
	for in, want := range map[string]string{
		`so J\u{f6}rg M\u{F6}ller came`:           `so Zo\u{eb} \u{160}\u{ed}p came`,
		`J\x{f6}rg M\x{00f6}ller`:                 `Zo\u{eb} \u{160}\u{ed}p`,
		`J\U000000f6rg M\U000000F6ller`:           `Zo\U000000eb \U00000160\U000000edp`,
		`"J\303\266rg M\303\266ller.txt"`:         `"Zo\303\253 \305\240\303\255p.txt"`,
		`J\366rg M\366ller`:                       `Zo\303\253 \305\240\303\255p`,
		`CN=J\C3\B6rg M\c3\b6ller,OU=x`:           `CN=Zo\C3\AB \C5\A0\C3\ADp,OU=x`,
		`content: "J\f6 rg M\0000f6ller"`:         `content: "Zo\eb  \160 \ed p"`,
		`J\'f6rg M\'F6ller, \'e9t\'e9`:            `Zo\'eb \'8a\'edp, \'e9t\'e9`,
		`J\u246?rg M\u246 ?ller`:                  `Zo\u235? \u352?\u237?p`,
		`J\uc1\u246\'f6rg M\uc1\u246\'f6ller`:     `Zo\u235? \u352?\u237?p`,
		`J\u246 rg M\u246 ller`:                   `Zo\u235? \u352?\u237?p`,
		`rose\100foo.org, rose\u{40}foo.org`:      `x@example.com, x@example.com`,
		`Ms\040Stone and Rose\20 Hill`:            `Ms\040Šíp and Zo\eb  \160 \ed p`,
		`{"a":"J\\303\\266rg M\\303\\266ller"}`:   `{"a":"Zo\\303\\253 \\305\\240\\303\\255p"}`,
		`J%F6rg%20M%F6ller`:                       `Zo%EB%20%u0160%EDp`,
		`n=J%u00F6rg%20M%u00f6ller&x=%FC`:         `n=Zo%EB%20%u0160%EDp&x=%FC`,
		`J%C3%B6rg%20M%C3%B6ller`:                 `Zo%C3%AB%20%C5%A0%C3%ADp`,
		`\'Rose Hill\' said`:                      `\'Zoë Šíp\' said`,
		`C:\users\jean-luc picard\303\266`:        `C:\users\zoë šíp\303\266`,
		`\d{3}\.\d+ \bRose\b \123 \u{zz} \'zz`:    `\d{3}\.\d+ \bRose\b \123 \u{zz} \'zz`,
		`é \303\266 \f6 \u{f6} %u00f6 %F6 \'f6 .`: `é \303\266 \f6 \u{f6} %u00f6 %F6 \'f6 .`,
	} {
		if got := string(e.Rewrite(nil, []byte(in), wide{}, Options{}, nil)); got != want {
			t.Errorf("%s became %s, want %s", in, got, want)
		}
	}
}

// TestRTF: in a document of RTF names are found under its control words, which stay, and a reader of RTF shows the letters of
// what is written.
func TestRTF(t *testing.T) {
	e := testEngine()
	const head = `{\rtf1\ansi\deff0{\fonttbl{\f0 Arial;}}\f0\fs20 `
	for in, want := range map[string]string{
		`J\'f6rg M\'f6ller\par`:                           `Zo\u235? \u352?\u237?p\par`,
		`J\u246?rg M\u246?ller.`:                          `Zo\u235? \u352?\u237?p.`,
		`Rose \b Hill\b0 came`:                            `Zo\u235? \b \u352?\u237?p\b0 came`,
		`{\b Rose} {\i Hi}ll`:                             `{\b Zo\u235? \u352?\u237?p}{\i }`,
		`Rose Hi\insrsid12 ll, \lang1031`:                 `Zo\u235? \u352?\u237?p\insrsid12 , \lang1031`,
		`Rose\tab Hill\~Rose\line `:                       `Zo\u235?\tab \u352?\u237?p\~Rose\line `,
		`Rose Q. Hill, O\rquote Connor`:                   `Zo\u235? \u352?\u237?p, \u352?\u237?p`,
		`\b\'4d\'f6ller Hill`:                             `\b \u352?\u237?p Hill`,
		`\b\u77?\u246?ller Hill`:                          `\b \u352?\u237?p Hill`,
		`{\info{\author Rose Hill}{\operator Rose Hill}}`: `{\info{\author Zo\u235? \u352?\u237?p}{\operator Zo\u235? \u352?\u237?p}}`,
		`mail rose@foo.org or +49 30 1234567`:             `mail x@example.com or +999 1`,
		`{\field{\*\fldinst HYPERLINK "mailto:rose@foo.org"}{\fldrslt rose@foo.org}}`: `{\field{\*\fldinst HYPERLINK "mailto:x@example.com"}{\fldrslt x@example.com}}`,
		`{\pict\wmetafile8 0100090000036e}\bin3 \\}{`:                                 `{\pict\wmetafile8 0100090000036e}\bin3 \\}{`,
		`\uc2 J\u246oerg M\u246\'6f\'65ller`:                                          `\uc2 Zo{\uc1\u235?} {\uc1\u352?}{\uc1\u237?}p`,
	} {
		got, begun := strings.CutPrefix(string(e.Rewrite(nil, []byte(head+in+"}"), wide{}, Options{}, nil)), head)
		if got != want+"}" || !begun {
			t.Errorf("%s became %s, want %s}", in, got, want)
		}
	}
	for in, want := range map[string]string{
		`{\rtf1\ansi\ansicpg1250 J\'f6rg M\'f6ller}`: `{\rtf1\ansi\ansicpg1250 Zo\u235? \u352?\u237?p}`,
		`{\rtf1\mac J\'9arg M\'9aller}`:              `{\rtf1\mac Zo\u235? \u352?\u237?p}`,
		`{"doc":"{\\rtf1 Rose \\b Hill}"}`:           `{"doc":"{\\rtf1 Zo\\u235? \\b \\u352?\\u237?p}"}`,
	} {
		if got := string(e.Rewrite(nil, []byte(in), wide{}, Options{}, nil)); got != want {
			t.Errorf("%s became %s, want %s", in, got, want)
		}
	}
}
