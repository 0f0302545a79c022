package verify

import (
	"encoding/base64"
	"strings"
	"testing"
)

// A line that is folded, within a word, an address or a character, is read as one.
func TestFolds(t *testing.T) {
	in := inspector(t)
	card := func(lines string) string { return "BEGIN:VCARD\r\nVERSION:4.0\r\n" + lines + "\r\nEND:VCARD\r\n" }
	for name, value := range map[string]string{
		"a name in a card":              card("FN:Jane Stone\r\n field"),
		"with a tab":                    card("FN:Jane Stone\r\n\tfield"),
		"lines that end in LF":          strings.ReplaceAll(card("FN:Jane Stone\r\n field"), "\r", ""),
		"at the blank":                  card("FN:Jane\r\n  Stonefield"),
		"within a letter":               card("FN:Jörg M\xc3\r\n \xb6ller"),
		"folded twice":                  card("FN:Ja\r\n ne Stone\r\n field"),
		"an address":                    card("EMAIL:jane.stone\r\n field@acme-corp.com"),
		"an address at its sign":        card("EMAIL:jane.stonefield\r\n @acme-corp.com"),
		"a domain":                      card("EMAIL:jane.stonefield@acme-co\r\n rp.com"),
		"a domain at its dot":           card("EMAIL:jane.stonefield@acme-corp\r\n .com"),
		"a number":                      card("TEL:+49 170 55\r\n 50123"),
		"a calendar":                    "BEGIN:VCALENDAR\r\nATTENDEE;CN=Jane Ston\r\n efield:mailto:x\r\nEND:VCALENDAR",
		"an unknown address":            card("EMAIL:someone@else\r\n where.com"),
		"a column with a part of one":   "FN:Jane Stone\r\n field",
		"an address in a part":          "EMAIL:jane.stonefield@ac\n me-corp.com",
		"in JSON":                       `{"ics":"SUMMARY:Jane Stone\r\n field"}`,
		"base64 within":                 card("X-A;ENCODING=b:" + base64.StdEncoding.EncodeToString([]byte("Jane Stonefield"))[:10] + "\r\n " + base64.StdEncoding.EncodeToString([]byte("Jane Stonefield"))[10:]),
		"a soft break with blanks":      "Jane Stone= \t\r\nfield",
		"a soft break in an address":    "jane.stonefield@acme=\r\n-corp.com",
		"an encoded word in two":        "=?utf-8?Q?J=C3=B6rg_M=C3=B6l?= =?utf-8?Q?ler?=",
		"in the middle of a character":  "=?utf-8?Q?J=C3=B6rg_M=C3?=\r\n =?utf-8?Q?=B6ller?=",
		"the same in base64":            "=?UTF-8?B?" + base64.StdEncoding.EncodeToString([]byte("Jörg M\xc3")) + "?=\r\n\t=?utf-8?b?" + base64.StdEncoding.EncodeToString([]byte("\xb6ller")) + "?=",
		"in two ways of writing":        "=?utf-8?Q?J=C3=B6rg_M=C3?= =?utf-8?b?" + base64.StdEncoding.EncodeToString([]byte("\xb6ller")) + "?=",
		"with a language":               "=?utf-8*de?Q?J=C3=B6rg_M=C3=B6ller?=",
		"without its padding":           "=?utf-8?B?" + base64.RawStdEncoding.EncodeToString([]byte("Jörg Möller")) + "?=",
		"base64 after a path":           "/files/" + base64.RawStdEncoding.EncodeToString([]byte("Jane Stonefield was")) + "/x",
		"base64 after a hyphen":         "token-" + base64.RawStdEncoding.EncodeToString([]byte("Jane Stonefield was")),
		"mail with a card of UTF-8":     "Content-Type: text/plain; charset=iso-8859-1\r\n\r\nJ=F6rg\r\n--\r\nFN:Jörg Möller=20\r\n",
		"quoted-printable beside UTF-8": "FN:Łukasz Żółć=20\r\nNOTE:J=F6rg",
	} {
		if in.Clean("objects", "body", []byte(value)) {
			t.Errorf("%s: not found", name)
		}
	}
}

// An address that may stand in a copy is none that may not, wherever a line is cut.
func TestFoldsAreNoLeaks(t *testing.T) {
	in := inspector(t)
	const address = "zora.quint@kept.example"
	for i := range len(address) + 1 {
		for _, cut := range []string{"\r\n ", "\n\t", "=\r\n", "= \r\n", "=\n"} {
			text := "mailto:" + address[:i] + cut + address[i:]
			if strings.HasPrefix(cut, "=") {
				text += "\r\n=20\r\n"
			} else {
				text = "BEGIN:VCALENDAR\r\nATTENDEE:" + text + "\r\nSUMMARY:x\r\nEND:VCALENDAR\r\n"
			}
			for _, value := range []string{text, `{"body":` + quoteJSON(text) + `}`} {
				if got := kindsIn(in, value); len(got) > 0 {
					t.Errorf("cut by %q at %d: %q in %q", cut, i, got, value)
				}
			}
		}
	}
	for _, value := range []string{
		"write to zora@kept.example\n and go", " zora@kept.example\n zora@kept.example\n", "a: zora@kept.example\r\n b: x", "Jane\n and\n Stonefield",
		"Line one Sto\n nefield", strings.Repeat("x\n ", 5000), "BEGIN:VCARD\r\nEMAIL:zora@kept.example\r\n x.yz",
	} {
		if got := kindsIn(in, value); value != "BEGIN:VCARD\r\nEMAIL:zora@kept.example\r\n x.yz" && len(got) > 0 || value[0] == 'B' && len(got) == 0 {
			t.Errorf("%.60q: %q", value, got)
		}
	}
}

func quoteJSON(s string) string {
	return `"` + strings.NewReplacer("\r", `\r`, "\n", `\n`, "\t", `\t`).Replace(s) + `"`
}

// FuzzFolds: however an address is folded, it is found, and one that may stand in a copy is not.
func FuzzFolds(f *testing.F) {
	f.Add(uint64(0b1011), "FN:x")
	f.Add(uint64(1<<63), "\xc3\r\n \xb6 =")
	w := inspector(f).w
	f.Fuzz(func(t *testing.T, cuts uint64, before string) {
		fold := func(s string) string {
			var b strings.Builder
			for i := range len(s) {
				if cuts>>(i%64)&1 == 1 {
					b.WriteString("\r\n ")
				}
				b.WriteByte(s[i])
			}
			return b.String()
		}
		if w.NewInspector().Clean("g", "f", []byte("BEGIN:VCARD\r\nEMAIL:"+fold("jane.stonefield@acme-corp.com")+"\r\nEND:VCARD")) {
			t.Fatal("the address is not found")
		}
		if !w.NewInspector().Clean("g", "f", []byte("BEGIN:VCARD\r\nEMAIL:"+fold("zora.quint@kept.example")+"\r\nEND:VCARD")) {
			t.Fatal("an address that is kept is taken for a leak")
		}
		value := []byte(before)
		if inner, found := unfolded(nil, value); found != (len(inner) > 0) || len(inner) > len(value) {
			t.Fatal("what has no folds was changed")
		}
	})
}
