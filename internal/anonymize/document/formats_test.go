package document

import (
	"bytes"
	"encoding/base64"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/media"
)

func TestCSV(t *testing.T) {
	for _, c := range [][2]string{
		{"id,first_name,last_name,note\r\n1,Rose,Hill,\"she said \"\"hi\"\" to Rose Hill\nand left\"\r\n", "id,first_name,last_name,note\r\n1,Ada,Quill,\"she said \"\"hi\"\" to Ada Quill\nand left\"\r\n"},
		{"name;city\nHill, Rose;Rome\n", "name;city\nQuill, Ada;Rome\n"},
		{"a\tb\tc\nx\tRose\tHill\nragged\n", "a\tb\tc\nx\tAda\tQuill\nragged\n"},
		{"\xEF\xBB\xBFHill|Rose|9", "\xEF\xBB\xBFQuill|Ada|9"},
		{"sep=;\n\"Rose\";\"Hill\"\n", "sep=;\n\"Ada\";\"Quill\"\n"},
		{"a,b\nM\xf6ller,J\xf6rg\n", "a,b\nBr\xfcck,\xc9mile\n"},
		{"a,b\n\"Rose Hill\" x,  \"5\"\n", "a,b\n\"Ada Quill x\",  \"5\"\n"},
		{"", ""},
	} {
		same(t, media.CSV, c[0], c[1])
	}
}

// What a replacement needs quotes for gets them.
func TestCSVQuotesWhatNeedsThem(t *testing.T) {
	same(t, media.CSV, "a;b,c,d\n", "a;b,c,d\n")
	tab := table{comma: ','}
	if got := tab.spell([]byte(`Quill, "Ada"`), false); string(got) != `"Quill, ""Ada"""` {
		t.Errorf("spelled %s", got)
	}
}

func TestJSONBodies(t *testing.T) {
	same(t, media.JSON, `{"a": 1.10, "Rose Hill": ["x", "J\u00f6rg Möller"]}`, `{"a": 1.10, "Ada Quill": ["x", "Émile Brück"]}`)
	same(t, media.JSON, "{\"a\":\"Rose Hill\"}\n\n{\"b\" : 12345678901234567890}\n", "{\"a\":\"Ada Quill\"}\n\n{\"b\" : 12345678901234567890}\n")
}

func TestXML(t *testing.T) {
	for _, c := range [][2]string{
		{`<?xml version="1.0"?><a n="&quot;Rose Hill&quot;"><!-- Rose Hill --><b>Rose <i>Hill</i> &amp; co</b><![CDATA[Rose Hill]]></a>`,
			`<?xml version="1.0"?><a n="&quot;Ada Quill&quot;"><!-- Ada Quill --><b>Ada <i>Quill</i> &amp; co</b><![CDATA[Ada Quill]]></a>`},
		{`<r><first>Rose</first> <last> Hill </last></r>`, `<r><first>Ada</first> <last> Quill </last></r>`},
		{`<p first='Rose' last='Hill'/>`, `<p first='Ada' last='Quill'/>`},
		{`<p a="J&#246;rg M&#xF6;ller"/>`, `<p a="Émile Brück"/>`},
		{"<?xml version='1.0' encoding='iso-8859-1'?><a>J\xf6rg M\xf6ller</a>", "<?xml version='1.0' encoding='iso-8859-1'?><a>\xc9mile Br\xfcck</a>"},
	} {
		same(t, media.XML, c[0], c[1])
	}
}

func TestHTMLBodies(t *testing.T) {
	png := base64.StdEncoding.EncodeToString([]byte("\x89PNG\r\n\x1a\n123456789"))
	same(t, media.HTML, `<p>J&ouml;rg <b>M&ouml;ller</b><img src="data:image/png;base64,`+png+`"></p>`,
		`<p>Émile <b>Brück</b><img src="data:image/png;base64,`+base64.StdEncoding.EncodeToString([]byte("portrait"))+`"></p>`)
}

func TestICS(t *testing.T) {
	same(t, media.ICS, crlf(`BEGIN:VCALENDAR
SUMMARY:Interview Rose\, Hill\; and Ro
 se Hill\nagain
ATTENDEE;CN="Rose Hill";ROLE=REQ-PARTICIPANT:mailto:rose.hill@acme.com
DESCRIPTION:kept fold
  ed line
X-ALT-DESC;FMTTYPE=text/html:<p>Rose <b>Hill</b>\, dear</p>
END:VCALENDAR
`), crlf(`BEGIN:VCALENDAR
SUMMARY:Interview Ada\, Quill\; and Ada Quill\nagain
ATTENDEE;CN="Ada Quill";ROLE=REQ-PARTICIPANT:mailto:ada@d-1.example.com
DESCRIPTION:kept fold
  ed line
X-ALT-DESC;FMTTYPE=text/html:<p>Ada <b>Quill</b>\, dear</p>
END:VCALENDAR
`))
}

// A line that is written anew is folded at 75 bytes, never within a character.
func TestFold(t *testing.T) {
	long := "SUMMARY:" + strings.Repeat("é", 60) + " Rose Hill " + strings.Repeat("ö", 60)
	out := rewrite(t, media.ICS, "BEGIN:VCALENDAR\r\n"+long+"\r\nEND:VCALENDAR\r\n")
	for line := range strings.SplitSeq(out, "\r\n") {
		if len(line) > longestLine {
			t.Errorf("a line of %d bytes", len(line))
		}
	}
	if got := strings.ReplaceAll(out, "\r\n ", ""); !strings.Contains(got, strings.Replace(long, "Rose Hill", "Ada Quill", 1)) {
		t.Errorf("unfolded %q", got)
	}
}

// Nor is it cut within an address, in any format that cuts lines.
func TestFoldCutsNoAddress(t *testing.T) {
	for size := range 120 {
		pad := strings.Repeat("x", size) + " "
		for kind, body := range map[media.Kind]string{
			media.ICS: "BEGIN:VCALENDAR\r\nATTENDEE;CN=" + pad + "Rose Hill:mailto:rose.hill@acme.com\r\nEND:VCALENDAR\r\n",
			media.EML: "Subject: x\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" + pad + "Rose=20Hill=20rose.hill=40acme.com=20and=20more=20" + pad + "\r\n",
		} {
			if out := rewrite(t, kind, body); !strings.Contains(out, "ada@d-1.example.com") {
				t.Errorf("%s: an address is cut behind %d bytes", kind, size)
			}
		}
	}
}

func TestVCard(t *testing.T) {
	photo := base64.StdEncoding.EncodeToString([]byte("\xff\xd8\xff\xe0 a portrait of somebody"))
	same(t, media.VCard, crlf(`BEGIN:VCARD
VERSION:3.0
N:Hill;Rose;;Dr.;
FN:Dr. Rose Hill
NICKNAME:Rose
item1.EMAIL;TYPE=INTERNET:rose.hill@acme.com
TEL;TYPE=cell:+49 170 1234567
BDAY:1980-02-03
ADR;TYPE=home:;;1 High Street;Leeds;;LS1;UK
PHOTO;ENCODING=b;TYPE=JPEG:`+photo+`
NOTE:plain
END:VCARD
BEGIN:VCARD
VERSION:2.1
N;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:M=F6ller;J=F6rg
FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:J=C3=B6rg=
 M=C3=B6ller
END:VCARD
`), crlf(`BEGIN:VCARD
VERSION:3.0
N:Quill;Ada;;Dr.;
FN:Dr. Ada Quill
NICKNAME:Ada
item1.EMAIL;TYPE=INTERNET:ada@d-1.example.com
TEL;TYPE=cell:+999 1
BDAY:1999-09-09
ADR;TYPE=home:;;;;;;UK
PHOTO;ENCODING=b;TYPE=JPEG:cG9ydHJhaXQ=
NOTE:plain
END:VCARD
BEGIN:VCARD
VERSION:2.1
N;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:Br=FCck;=C9mile
FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=C3=89mile Br=C3=BCck
END:VCARD
`))
}

func TestMail(t *testing.T) {
	latin, err := charmap.ISO8859_1.NewEncoder().String("Gruß, Jörg Möller")
	if err != nil {
		t.Fatal(err)
	}
	base := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	in := crlf(`Received: from mx1.acme.com by mx2 for <rose.hill@acme.com>; Tue, 1 Jul 2025 10:00:00 +0200
DKIM-Signature: v=1; a=rsa-sha256; d=acme.com; b=abcdef
From: "Hill, Rose" <rose.hill@acme.com>
To: =?utf-8?Q?J=C3=B6rg?=
 =?utf-8?Q?_M=C3=B6ller?= <jm@acme.com>
Subject: =?iso-8859-1?B?` + base(latin) + `?= again
X-Kept: folded
  and kept
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="b1"

preamble
--b1
Content-Type: multipart/alternative; boundary=b2

--b2
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

untouched =3D line
J=F6rg M=F6=
ller and Rose =
Hill
--b2
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: base64

` + base("<p>Rose <b>Hill</b></p>") + `
--b2--

--b1
Content-Type: text/csv; name="Rose Hill.csv"
Content-Disposition: attachment; filename*=UTF-8''J%C3%B6rg%20M%C3%B6ller.csv
Content-Transfer-Encoding: base64

` + base("first,last\nRose,Hill\n") + `
--b1
Content-Type: application/pdf
Content-Transfer-Encoding: base64

` + base("%PDF-1.4 secret words") + `
--b1
Content-Type: message/rfc822

From: Rose Hill <rose.hill@acme.com>
Subject: inner

Rose Hill
--b1--
`)
	out, standIns, err := New(newKnown()).Rewrite(media.EML, []byte(in))
	if err != nil {
		t.Fatal(err)
	}
	got := string(out)
	for _, want := range []string{
		"for <ada@d-1.example.com>; Tue,", "From: \"Quill, Ada\" <ada@d-1.example.com>\r\n",
		"To: =?utf-8?B?" + base("Émile Brück") + "?= <ada@d-1.example.com>",
		"Subject: =?utf-8?B?" + base("Gruß, Émile Brück") + "?= again\r\n", "X-Kept: folded\r\n  and kept\r\n",
		"untouched =3D line\r\n=C9mile Br=FCck and Ada Quill\r\n", base("<p>Ada <b>Quill</b></p>"), base("first,last\nAda,Quill\n"),
		"name=\"Ada Quill.csv\"", "UTF-8''%C3%89mile%20Br%C3%BCck.csv", "\r\nFrom: Ada Quill <ada@d-1.example.com>\r\nSubject: inner\r\n\r\nAda Quill\r\n--b1--\r\n",
	} {
		if !strings.Contains(got, want) && !strings.Contains(strings.ReplaceAll(got, "utf-8''", "UTF-8''"), want) {
			t.Errorf("lacks %q", want)
		}
	}
	for _, gone := range []string{"DKIM", base("%PDF-1.4 secret words")} {
		if strings.Contains(got, gone) {
			t.Errorf("still has %q", gone)
		}
	}
	if standIns != 1 {
		t.Errorf("%d stand-ins", standIns)
	}
	if t.Failed() {
		t.Log(got)
	}
}

// A body in which nobody is found is the same bytes.
func TestUntouched(t *testing.T) {
	for kind, bodies := range map[media.Kind][]string{
		media.CSV:   {"a, b ,\"c\"\"d\"\r\n,,\n;", "a;b\r\"x\"y;z"},
		media.JSON:  {" { \"a\" : [ 1.10, 1e5, \"\\u0041\" ] } \n", "[]", ""},
		media.ICS:   {"BEGIN:VCALENDAR\nX;A=\"b,c\":a\\,b\n  fold\n\nEND:VCALENDAR"},
		media.VCard: {"BEGIN:VCARD\r\nFN:No One\r\nEND:VCARD\r\n"},
		media.XML:   {"<a b='&unknown;'>&amp; <!-- x --><?p q?><![CDATA[<>]]></a>"},
		media.HTML:  {"<p>a &amp b<br>", "\xFF\xFEa\x00b\x00"},
		media.Text:  {"a\xe9\x20", "plain"},
		media.EML: {"Subject: a\n\nbody", "Subject: =?utf-8?Q?a=C3=A9?=\r\n b\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\na\r\n--x--",
			"Subject: x\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=41=\r\nb  =\r\n" + strings.Repeat("c", 90) + "\r\n",
			"Subject: x\r\nContent-Transfer-Encoding: base64\r\n\r\nYWJj\r\nZGVm\r\n"},
	} {
		for _, body := range bodies {
			same(t, kind, body, body)
		}
	}
}

// What breaks its format, or hides more than is followed, does not pass.
func TestMalformed(t *testing.T) {
	deep := strings.Builder{}
	for range 10_000 {
		deep.WriteString("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n")
	}
	for kind, bodies := range map[media.Kind][]string{
		media.CSV:   {"a,\"Rose Hill\n"},
		media.JSON:  {`{"a":"Rose Hill"`, strings.Repeat("[", 10_000), "{\"a\":\"\xff\"}x"},
		media.ICS:   {"BEGIN:VCALENDAR\r\nRose Hill\r\n", "BEGIN:VCALENDAR\r\nA;B=\"x:Rose Hill"},
		media.VCard: {"BEGIN:VCARD\r\nN;ENCODING=QUOTED-PRINTABLE;CHARSET=none:Rose=20Hill\r\n"},
		media.XML:   {"<a>Rose Hill", "<a b='", "</a>", `<!DOCTYPE a [<!ENTITY b "Rose"><!ENTITY c "&b;&b;">]><a>&c;</a>`, "<?xml encoding='utf-8'?><a>\xff</a>", strings.Repeat("<a>", 10_000), "<!-- x"},
		media.EML:   {"no header at all\r\n", "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nRose Hill\r\n", "Content-Type: multipart/mixed\r\n\r\nx", deep.String(), "A: b\r\nContent-Transfer-Encoding: base64\r\n\r\n****Rose Hill"},
	} {
		for _, body := range bodies {
			out, _, err := New(newKnown()).Rewrite(kind, []byte(body))
			if err != ErrMalformed || out != nil {
				t.Errorf("%s of %d bytes passes: %v", kind, len(body), err)
			}
		}
	}
}

// Documents within documents are followed to a depth; below it stands a
// stand-in, never the original.
func TestDepth(t *testing.T) {
	body := "From: a@b.example\r\nSubject: x\r\n\r\nRose Hill"
	for range 12 {
		body = "From: a@b.example\r\nContent-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.StdEncoding.EncodeToString([]byte(body))
	}
	out, standIns, err := New(newKnown()).Rewrite(media.EML, []byte(body))
	if err != nil || standIns != 1 || len(out) > len(body)/2 {
		t.Errorf("%d stand-ins in %d of %d bytes, %v", standIns, len(out), len(body), err)
	}
}

// Parts in an encoding or a charset that nobody knows become stand-ins.
func TestUnknownEncodings(t *testing.T) {
	for _, head := range []string{"Content-Transfer-Encoding: x-uuencode\r\n", "Content-Type: text/plain; charset=x-none\r\n", "Content-Type: application/pkcs7-signature\r\n"} {
		out, standIns, err := New(newKnown()).Rewrite(media.EML, []byte("Subject: x\r\n"+head+"\r\nordinary words"))
		if err != nil || standIns != 1 || bytes.Contains(out, []byte("ordinary")) {
			t.Errorf("%s: %d stand-ins, %v", head, standIns, err)
		}
	}
}
