package verify

import (
	"encoding/base64"
	"strings"
	"testing"
)

// What a document hides a name in is undone.
func TestDocuments(t *testing.T) {
	base := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	filler := strings.Repeat("an ordinary line of text = with signs; and more\r\n", 10)
	for name, hidden := range map[string]string{
		"quoted-printable":             "J=C3=B6rg M=C3=B6ller",
		"a soft line break":            "Jane Stone=\r\nfield",
		"quoted-printable in latin-1":  "J=F6rg M=F6ller",
		"an address":                   "jane.stonefield=40acme-corp.com",
		"an encoded word":              "Subject: =?utf-8?Q?J=C3=B6rg_M=C3=B6ller?=",
		"an encoded word in base64":    "=?UTF-8?b?" + base("Jane Stonefield") + "?=",
		"an encoded word in latin-1":   "=?iso-8859-1?B?" + base("J\xf6rg M\xf6ller") + "?=",
		"encoded words in a row":       "=?utf-8?Q?J=C3=B6rg_M=C3=B6?=\r\n =?utf-8?Q?ller?=",
		"a card's name":                "N:Stonefield;Jane;;Dr.;",
		"two cells":                    "7,Jane,Stonefield,x",
		"two cells in quotes":          `"7";"Jane";"Stonefield"`,
		"two cells, family name first": "Stonefield\tJane\tx",
		"two elements":                 "<first>Jane</first>\n  <last>Stonefield</last>",
		"CDATA":                        "<a><![CDATA[Jane Stonefield]]></a>",
		"a parameter in latin-1":       "filename*=iso-8859-1''J%F6rg%20M%F6ller.pdf",
		"quoted-printable in a card":   "N;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:M=F6ller;J=F6rg",
		"HTML in quoted-printable":     "<b>Jane</b> <i>Stone=\r\nfield</i>",
	} {
		for _, value := range []string{hidden, filler + hidden + "\r\n" + filler} {
			if inspector(t).Clean("objects", "body", []byte(value)) {
				t.Errorf("%s is not found in %d bytes", name, len(value))
			}
		}
	}
}

// A view ends where no address does: half of one would be taken for a leak.
func TestViewsCutNoAddress(t *testing.T) {
	in := inspector(t)
	for size := range 260 {
		pad := strings.Repeat("x", size)
		for _, value := range []string{"=20" + pad + " info@kept.example=", pad + " =20 " + "info@kept.example " + pad, "info@kept.example " + pad + "=20"} {
			if value = strings.Repeat("-", 500) + " " + value + " " + strings.Repeat("-", 500); !in.Clean("objects", "body", []byte(value)) {
				t.Fatalf("an address %d bytes from a code is cut", size)
			}
		}
	}
}

// Ordinary documents without anybody are clean.
func TestDocumentsClean(t *testing.T) {
	for _, value := range []string{
		"a=42 b=41=\n c", "=?utf-8?Q?=?= =?x?B?!!?= =?", "=?koi8-r?B?", "x=\r\n\r\n =", "a,b;c\td\r\n e",
		"=?utf-8?Q?" + strings.Repeat("=?utf-8?Q?", 1000), strings.Repeat("=\r\n ", 10_000),
	} {
		if !inspector(t).Clean("objects", "body", []byte(value)) {
			t.Errorf("%.20q is taken for a leak", value)
		}
	}
}
