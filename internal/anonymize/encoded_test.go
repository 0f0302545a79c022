package anonymize

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
)

// mailed are texts of a column that hide somebody as a mail, a calendar or a card does: folded, in the charset and the
// encoding of a part.
var mailed = map[string]string{
	"mail in base64 and Latin-1": "From: =?iso-8859-1?Q?J=F6rg_M=F6ller?= <jm@acme.com>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=iso-8859-1\r\n" +
		"Content-Transfer-Encoding: base64\r\n\r\n" + base64.StdEncoding.EncodeToString([]byte("Hallo, hier ist J\xf6rg M\xf6ller aus dem B\xfcro.")) + "\r\n",
	"mail with folded header":              "Received: from x\r\nMIME-Version: 1.0\r\nTo: Rose\r\n Hill\r\nSubject: =?utf-8?Q?J=C3=B6rg_M=C3?=\r\n =?utf-8?Q?=B6ller?=\r\n\r\nRose Hill\r\n",
	"card with folds":                      "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Möl\r\n ler;Jörg;;;\r\nFN:Jörg Möl\r\n ler\r\nEMAIL:jm@ac\r\n me.com\r\nEND:VCARD\r\n",
	"card in quoted-printable":             "BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=B6ller;J=C3=B6rg;;;\r\nTEL:+49 170 765\r\nEND:VCARD\r\n",
	"calendar with folds":                  "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:Termin mit Jörg Mö\r\n ller\r\nATTENDEE;CN=\"Hill\\, Rose\":mailto:rose.hill@ac\r\n me.com\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
	"card whose charset is no longer true": "BEGIN:VCARD\r\nVERSION:2.1\r\nFN;CHARSET=ISO-8859-1:Jörg Möller\r\nEND:VCARD\r\n",
}

// What the proof reads in a text that is a mail, a calendar or a card text and scan read, too; what breaks such a format
// is read as any other text.
func TestTextReadsTheLettersOfTheProof(t *testing.T) {
	t.Parallel()
	for _, rule := range []string{"text", "{text: html}", "scan"} {
		a, row, proof := over(t, someRecords(), rule)
		for name, in := range mailed {
			if proof.Clean("things", "v", []byte(in)) {
				t.Errorf("%s: the proof finds nobody in it as it was", name)
			}
			out := must(t, a, row, 0, []byte(in))
			if !proof.Clean("things", "v", out) {
				t.Errorf("%s: %s became %q, in which the proof finds somebody", rule, name, out)
			}
			if begin, _, _ := strings.Cut(in, ":"); !strings.HasPrefix(string(out), begin+":") {
				t.Errorf("%s: %s became %q", rule, name, out)
			}
		}
		for _, in := range []string{"BEGIN:VCARD\nof Rose Hill", "Received: Rose Hill\nand no more", "From: a\nMessage-ID: Rose Hill\n\tx\nno header"} {
			if out := string(must(t, a, row, 0, []byte(in))); strings.Contains(out, "Rose") {
				t.Errorf("%s: %q became %q", rule, in, out)
			}
		}
	}
}

// Digits, escapes and words of headers hide somebody from nobody: the proof reads them, so text and scan do.
func TestTextReadsTheCodesOfTheProof(t *testing.T) {
	t.Parallel()
	digits := hex.EncodeToString([]byte("name: Rose Hill"))
	texts := []string{
		digits, strings.ToUpper(digits), "0x" + digits, "a/" + digits + "/b", "id-" + digits, `\x` + digits, `\x` + hex.EncodeToString([]byte("Rose Hill")), "key=" + digits + ";",
		hex.EncodeToString([]byte(gzipOf(`{"n":"Rose Hill"}`))), base64.StdEncoding.EncodeToString([]byte("digits: " + digits)),
		`J\xF6rg M\xf6ller`, `name: "J\xC3\xB6rg M\xc3\xb6ller"`, `R\x6fse\x20H\x69ll`, `rose.hill\x40acme.com`, `{"a":"J\\xF6rg M\\xF6ller"}`,
		"Subject: =?utf-8?Q?J=C3=B6rg_M=C3?=\r\n =?utf-8?Q?=B6ller?=", "=?utf-8?B?SsO2cmcgTcM=?= =?utf-8?B?tmxsZXI=?=", "=?iso-8859-2?Q?J=F6rg_M=F6ller?=", "=?utf-8?Q?J=F6rg_M=F6ller?=",
		"Met JÃ¶rg MÃ¶ller today", "JÃƒÂ¶rg MÃƒÂ¶ller", `{"n":"JÃ¶rg MÃ¶ller"}`, "J\u00c3\u00b6rg M\u00c3\u00b6ller", "JoÌ\u0088rg MoÌ\u0088ller", "JoÌˆrg MoÌˆller", "<b>J&Atilde;&para;rg</b> M&Atilde;&para;ller",
		`{"tel": 491707654321}`, `[491701234567, 1]`, `{"a":[{"tel":491707654321,"n":1.10}]}`,
	}
	for _, rule := range []string{"text", "{text: html}", "scan"} {
		a, row, proof := over(t, someRecords(), rule)
		for _, in := range texts {
			if proof.Clean("things", "v", []byte(in)) {
				t.Errorf("the proof finds nobody in %q", in)
			}
			if out := must(t, a, row, 0, []byte(in)); !proof.Clean("things", "v", out) {
				t.Errorf("%s: %q became %q, in which the proof finds somebody", rule, in, out)
			}
		}
		for _, in := range []string{
			"GRÃ¼N", "Ã‰tÃ© à Ñ»", `C:\xampp\htdocs\xf6rg`, "6e616d653a2052", "0123456789abcdef0123456789abcdef", "deadbeefdeadbeefdeadbeef", strings.Repeat("20", 16), `\x0102030405060708`,
			`{"n": 1.10, "big": 12345678901234567890, "t": 1707654321000}`,
		} {
			if out := string(must(t, a, row, 0, []byte(in))); out != in {
				t.Errorf("%s: %q became %q", rule, in, out)
			}
		}
	}
}

// What is replaced is written back in its own code.
func TestCodesAreWrittenBack(t *testing.T) {
	t.Parallel()
	a, row, _ := over(t, someRecords(), "text")
	rose := string(must(t, a, row, 0, []byte("Rose Hill")))
	jorg := string(must(t, a, row, 0, []byte("Jörg Möller")))
	for in, want := range map[string]string{
		hex.EncodeToString([]byte("x Rose Hill")):                      hex.EncodeToString([]byte("x " + rose)),
		fmt.Sprintf(`\x%X`, "Rose Hill"):                               fmt.Sprintf(`\x%X`, rose),
		"0x" + hex.EncodeToString([]byte("Rose Hill")) + ", Rose Hill": "0x" + hex.EncodeToString([]byte(rose)) + ", " + rose,
		"JÃ¶rg MÃ¶ller grÃ¼ÃŸt":                                        jorg + " grÃ¼ÃŸt",
		`J\xF6rg M\xC3\xB6ller \xFC`:                                   jorg + ` \xFC`,
		"=?utf-8?Q?J=C3=B6rg_M=C3?=\r\n =?utf-8?Q?=B6ller?= =?x":       "=?utf-8?Q?" + strings.ReplaceAll(jorg, " ", "_") + "?= =?x",
		`{"tel": 491707654321, "n": 1.10}`:                             `{"tel": ` + string(must(t, a, row, 0, []byte("491707654321"))) + `, "n": 1.10}`,
	} {
		if got := string(must(t, a, row, 0, []byte(in))); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}
