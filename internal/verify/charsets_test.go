package verify

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/unicode"
)

func encoded(t *testing.T, e encoding.Encoding, text string) string {
	t.Helper()
	b, err := e.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// A text in a charset of single bytes is found in base64 although nothing says which one it is.
func TestCharsetsThatNobodyDeclares(t *testing.T) {
	in := inspector(t)
	for text, charsets := range map[string][]encoding.Encoding{
		"Herr Jörg Möller":                 {charmap.ISO8859_1, charmap.Windows1252, charmap.ISO8859_15, charmap.ISO8859_2, charmap.Windows1250, charmap.CodePage850},
		"Jörg Möller, 0170 123, Zimmer 12": {charmap.ISO8859_1, charmap.Windows1252},
		"HERR JÖRG MÖLLER":                 {charmap.ISO8859_1},
		"Šárka Lefœuvre":                   {charmap.Windows1252, charmap.ISO8859_15},
		"Pan Łukasz Żółć":                  {charmap.ISO8859_2, charmap.Windows1250, charmap.CodePage852},
		"PAN ŁUKASZ ŻÓŁĆ":                  {charmap.ISO8859_2, charmap.Windows1250},
		"Дмитрий Соколов":                  {charmap.KOI8R, charmap.Windows1251, charmap.ISO8859_5, charmap.CodePage866},
		"СОКОЛОВ ДМИТРИЙ":                  {charmap.KOI8R, charmap.Windows1251},
		"Пришёл Дмитрий Соколов, кабинет 7": {charmap.KOI8R, charmap.Windows1251},
		"Prezes: Łukasz Żółć (kadry), 2026": {charmap.ISO8859_2, charmap.Windows1250},
	} {
		for _, e := range charsets {
			raw := encoded(t, e, text)
			coded := base64.StdEncoding.EncodeToString([]byte(raw))
			for how, value := range map[string]string{
				"base64": coded, "base64 in JSON": `{"body":"` + coded + `"}`, "bytes": raw, "hexadecimal": hex.EncodeToString([]byte(raw)), "hexadecimal in an array": `{"\\x` + hex.EncodeToString([]byte(raw)) + `"}`,
				"folded in a card": "BEGIN:VCARD\r\nX-A;ENCODING=b:" + coded[:9] + "\r\n " + coded[9:] + "\r\nEND:VCARD",
			} {
				if in.Clean("objects", "body", []byte(value)) {
					t.Errorf("%s in %s is not found as %s", text, e, how)
				}
			}
		}
	}
}

// A charset that a document, a part of a mail or a header declares is the one that is read.
func TestCharsetsThatAreDeclared(t *testing.T) {
	in := inspector(t)
	for text, labels := range map[string][]string{
		"Jörg Möller":     {"iso-8859-1", "windows-1252", "macintosh", "utf-16le"},
		"Дмитрий Соколов": {"koi8-r", "windows-1251", "x-mac-cyrillic"},
		"田中太郎":            {"Shift_JIS", "EUC-JP", "gb18030", "iso-2022-jp"},
		"王小明":             {"gb18030", "GBK", "Big5"},
		"김민준 박":           {"EUC-KR"},
	} {
		for _, label := range labels {
			e, err := htmlindex.Get(label)
			if err != nil {
				t.Fatal(err)
			}
			raw := encoded(t, e, text)
			coded := base64.StdEncoding.EncodeToString([]byte(raw))
			long := base64.StdEncoding.EncodeToString([]byte(encoded(t, e, text+" "+text)))
			documents := map[string]string{
				"XML":             `<?xml version="1.0" encoding="` + label + `"?><a>` + raw + `</a>`,
				"HTML":            `<html><head><meta http-equiv='Content-Type' content='text/html; charset=` + label + `'></head><p>` + raw,
				"mail":            "Subject: x\r\nContent-Type: text/plain; charset=\"" + label + "\"\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + raw + "\r\n",
				"mail in base64":  "Content-Type: text/plain;\r\n\tcharset=" + label + "\r\nContent-Transfer-Encoding: base64\r\n\r\n" + long + "\r\n",
				"an encoded word": "To: =?" + label + "?B?" + coded + "?= <x>",
				"one in Q":        "To: =?" + label + "?q?" + quoted(raw) + "?=",
				"a long header":   "To: =?us-ascii?q?from_?= =?" + label + "?B?" + coded + "?=\r\n =?us-ascii?q?_to?=",
			}
			if label == "utf-16le" { // in bytes that are none of ASCII's
				documents = map[string]string{"an encoded word": documents["an encoded word"], "mail in base64": documents["mail in base64"]}
			}
			documents["mail in quoted-printable"] = "Content-Type: text/plain; charset=" + label + "\r\n\r\n" + quoted(raw)
			for how, value := range documents {
				if in.Clean("objects", "body", []byte(value)) {
					t.Errorf("%s in %s is not found in %s", text, label, how)
				}
			}
		}
	}
	if raw := encoded(t, japanese.ISO2022JP, "担当は田中太郎です"); in.Clean("objects", "body", []byte(raw)) {
		t.Error("ISO-2022-JP is not read by its own marks")
	}
	wide := unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
	if coded := base64.StdEncoding.EncodeToString([]byte(encoded(t, wide, "Jane Stonefield"))); in.Clean("objects", "body", []byte("powershell -enc "+coded)) {
		t.Error("base64 of UTF-16 is not read")
	}
	parts := "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nÄ\r\n--x\r\nContent-Type: text/plain; charset=iso-8859-2\r\n\r\nx\r\n--x\r\nContent-Type: text/plain; charset=koi8-r\r\n\r\n" +
		encoded(t, charmap.KOI8R, "Дмитрий Соколов") + "\r\n--x--\r\n"
	if in.Clean("objects", "body", []byte(parts)) {
		t.Error("the charset of the third part is not read")
	}
}

// quoted writes every byte as a code.
func quoted(s string) string {
	var b strings.Builder
	for i := range len(s) {
		fmt.Fprintf(&b, "=%02X", s[i])
	}
	return b.String()
}

// Bytes within composites and arrays, as PostgreSQL writes them in text.
func TestBytesWithinValues(t *testing.T) {
	in := inspector(t)
	code := func(s string) string { return hex.EncodeToString([]byte(s)) }
	for name, value := range map[string]string{
		"an array":                 `{"\\x` + code("Jane Stonefield") + `","\\x00"}`,
		"a composite":              `(7,"\\x` + code("Jane Stonefield") + `",f)`,
		"an array of composites":   `{"(7,\"\\\\x` + code("Jane Stonefield") + `\")"}`,
		"a text":                   `\x` + code("Jane Stonefield"),
		"a short one":              `{"\\x` + code("Xue Ling") + `"}`,
		"in capitals":              `\x` + strings.ToUpper(code("Jane Stonefield")),
		"a number of C":            "0x" + code("Jane Stonefield"),
		"in the middle of a text":  `bytea '\x` + code("ask Jane Stonefield, please") + `'::bytea`,
		"compressed":               `{"\\x` + code(zipped(t, "Jane Stonefield")) + `"}`,
		"in MessagePack":           `(1,"\\x` + code(listOf("Jane Stonefield")) + `")`,
		"in UTF-16":                `(1,"\\x` + code(encoded(t, unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), "Jane Stonefield")) + `")`,
		"beside a picture":         `{"\\x` + code("\x89PNG\r\n\x1a\n\x00\x01\x02") + `","\\x` + code("jane.stonefield@acme-corp.com") + `"}`,
		"in another":               `{"\\x` + code(`(1,"\\x`+code("Jane Stonefield")+`")`) + `"}`,
		"between other characters": `"J\xc3\xb6rg M\xc3\xb6ller"`,
		"in those of latin-1":      `b'J\xf6rg M\xf6ller'`,
	} {
		if in.Clean("users", "blobs", []byte(value)) {
			t.Errorf("%s: not found in %s", name, value)
		}
	}
	for _, value := range []string{`\x`, `\x4`, `\xzz`, `{"\\x00ff"}`, `C:\xampp\xfer`, `\x` + code("Jane and Stonefield"), `\x` + strings.Repeat("f", 4000), `\x` + code("Jane") + `","\x` + code("and Stonefield")} {
		if !in.Clean("users", "blobs", []byte(value)) {
			t.Errorf("somebody is found in %.40s", value)
		}
	}
}

// What is no text is not read as one in twenty charsets, and nothing is found in noise.
func FuzzCharsets(f *testing.F) {
	for _, s := range []string{"charset=koi8-r J\xf6rg", `\x4a616e65`, "\x1b$BEDCf", "encoding='big5' \xa4\xa4", "=?koi8-r?b?4Q==?= =?koi8-r?b?4Q==?="} {
		f.Add([]byte(s))
	}
	w := inspector(f).w
	f.Fuzz(func(t *testing.T, value []byte) {
		given := bytes.Clone(value)
		in := w.NewInspector()
		in.Value("g", "f", value)
		if !bytes.Equal(given, value) {
			t.Fatal("the value was changed")
		}
		for _, shown := range [][]byte{append([]byte(nil), value...), append(bytes.Clone(value), '\n')} {
			if w.NewInspector().Clean("g", "f", shown) != (len(in.listed()) == 0) && bytes.Equal(shown, value) {
				t.Fatal("a second look finds something else")
			}
		}
	})
}
