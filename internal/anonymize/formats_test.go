package anonymize

import (
	"bytes"
	"encoding/base64"
	"io"
	"strings"
	"testing"
)

const formatRules = header + `blob:
  "photos/**": strip
  "pages/**": {text: html}
  "scanned/**": scan
  "of/{users.id}/**": text
  "notes/**": text
`

// rewrittenBody passes one body.
func rewrittenBody(t *testing.T, a *Anonymizer, name, content string) (string, CleanBody) {
	t.Helper()
	out, b, _ := body(t, a, Object{Name: name}, []byte(content))
	return string(out), b
}

// One person has one pseudonym, whatever the format she stands in.
func TestBodiesByFormat(t *testing.T) {
	p := compile(t, input(t, formatRules))
	a := p.New()
	rose, jorg := p.in.People.At(0), p.in.People.At(1)
	for name, c := range map[string][2]string{
		"notes/a.csv":    {"first_name;last_name\nRose;Hill\n", "first_name;last_name\n" + rose.Given + ";" + rose.Family + "\n"},
		"notes/b.csv":    {"x,Rose,Hill,rose.hill@acme.com\n", "x," + rose.Given + "," + rose.Family + "," + rose.Email + "\n"},
		"notes/c.vcf":    {"BEGIN:VCARD\nN:Hill;Rose\nFN:Rose Hill\nEND:VCARD\n", "BEGIN:VCARD\nN:" + rose.Family + ";" + rose.Given + "\nFN:" + rose.Full() + "\nEND:VCARD\n"},
		"notes/d.ics":    {"BEGIN:VCALENDAR\nATTENDEE;CN=Rose Hill:mailto:rose.hill@acme.com\nEND:VCALENDAR\n", "BEGIN:VCALENDAR\nATTENDEE;CN=" + rose.Full() + ":mailto:" + rose.Email + "\nEND:VCALENDAR\n"},
		"notes/e.xml":    {"<?xml version=\"1.0\"?><p><f>Rose</f><l>Hill</l></p>", "<?xml version=\"1.0\"?><p><f>" + rose.Given + "</f><l>" + rose.Family + "</l></p>"},
		"notes/f.json":   {"{\"a\":\"Rose Hill\",\"n\":1.10}", "{\"a\":\"" + rose.Full() + "\",\"n\":1.10}"},
		"scanned/f.json": {"[\"Rose Hill\"]\n[\"\"]\n", "[\"" + rose.Full() + "\"]\n[\"\"]\n"},
		"pages/x.txt":    {"hi Rose <b>Hill</b>", "hi " + rose.Given + " <b>" + rose.Family + "</b>"},
		"of/1/x.txt":     {"ask Rose", "ask " + rose.Given},
		"notes/g.eml": {"From: =?iso-8859-1?Q?J=F6rg_M=F6ller?= <jm@acme.com>\nMIME-Version: 1.0\nContent-Transfer-Encoding: base64\n\n" + base64.StdEncoding.EncodeToString([]byte("from Rose Hill")) + "\n",
			"From: =?utf-8?B?" + base64.StdEncoding.EncodeToString([]byte(jorg.Full())) + "?= <" + jorg.Email + ">\nMIME-Version: 1.0\nContent-Transfer-Encoding: base64\n\n" + base64.StdEncoding.EncodeToString([]byte("from "+rose.Full())) + "\n"},
	} {
		if got, b := rewrittenBody(t, a, name, c[0]); strings.ReplaceAll(got, "\n <", " <") != c[1] || b.StandIns() != 0 {
			t.Errorf("%s\n got %q\nwant %q", name, got, c[1])
		}
	}
	if c := a.Counts(); c.Changed != 10 {
		t.Errorf("%d bodies changed", c.Changed)
	}
}

// The birthday in a card moves as {shift: 30d} moves it in a column, and a
// portrait becomes her avatar.
func TestCardOfAPerson(t *testing.T) {
	p := compile(t, input(t, formatRules))
	a := p.New()
	photo := base64.StdEncoding.EncodeToString(picture(t))
	got, _ := rewrittenBody(t, a, "notes/c.vcf", "BEGIN:VCARD\nFN:Rose Hill\nBDAY:1990-05-06\nPHOTO;ENCODING=b:"+photo+"\nEND:VCARD\nBEGIN:VCARD\nFN:No One\nBDAY:--0506\nEND:VCARD\n")
	b, row := one(t, "{shift: 30d}", Field{Form: FormText})
	if want := string(must(t, b, row, 1, []byte("1990-05-06"))); !strings.Contains(got, "BDAY:"+want+"\n") || strings.Contains(got, "0506") {
		t.Errorf("birthdays in %q", got)
	}
	if strings.Contains(got, photo) || !strings.Contains(got, "PHOTO;ENCODING=b:iVBOR") {
		t.Error("the portrait stays")
	}
}

// What a rule cannot read becomes a stand-in of its kind, and is counted.
func TestBodiesFallBack(t *testing.T) {
	p := compile(t, input(t, formatRules))
	a := p.New()
	for name, content := range map[string]string{
		"notes/a.csv":  "a,\"Rose Hill",
		"notes/b.json": "{\"Rose Hill\":",
		"notes/c.eml":  "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nRose Hill",
		"notes/d.xml":  "<?xml version='1.0'?><a>Rose Hill",
		"notes/e.ics":  "BEGIN:VCALENDAR\nRose Hill\n",
		"notes/f.pdf":  "%PDF-1.4 Rose Hill",
		"photos/a.jpg": "\xff\xd8\xff\xe0 Rose Hill",
		"photos/b.bmp": "Rose Hill",
	} {
		got, b := rewrittenBody(t, a, name, content)
		if b.StandIns() != 1 || strings.Contains(got, "Rose") || len(got) == 0 {
			t.Errorf("%s: %d stand-ins, %d bytes", name, b.StandIns(), len(got))
		}
	}
	mail := "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: application/pdf\n\n%PDF-1.4 Rose\n--b--\n"
	if got, b := rewrittenBody(t, a, "notes/g.eml", mail); b.StandIns() != 1 || strings.Contains(got, "Rose") {
		t.Errorf("an attachment: %d stand-ins in %q", b.StandIns(), got)
	}
	if got, b := rewrittenBody(t, a, "photos/c.png", string(picture(t))); !b.Original() || b.StandIns() != 0 || got != string(picture(t)) {
		t.Error("a picture without metadata was changed")
	}
}

// FuzzBodies passes hostile bodies of every format through a text rule, real
// people and all.
func FuzzBodies(f *testing.F) {
	for _, s := range []string{"first,last\nRose,Hill\n", "BEGIN:VCARD\nFN:Rose Hill\nBDAY:20000101\nEND:VCARD\n", "MIME-Version: 1.0\n\nRose Hill", "<?xml version='1.0'?><a>Rose Hill</a>", "{\"a\":4917012345}", "<html>Rose"} {
		f.Add(s)
	}
	p := compile(f, input(f, formatRules))
	a := p.New()
	f.Fuzz(func(t *testing.T, content string) {
		if _, err := a.Object(p.Objects("blob"), Object{Name: "notes/x", Size: int64(len(content))}); err != nil {
			t.Fatal(err)
		}
		b, err := a.Body(func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(content)), nil })
		if err != nil {
			t.Fatalf("body: %v", err)
		}
		var out bytes.Buffer
		if n, err := io.Copy(&out, &b); err != nil || n != b.Size() {
			t.Fatalf("%d bytes, size %d, %v", n, b.Size(), err)
		}
	})
}
