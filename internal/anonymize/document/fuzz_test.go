package document

import (
	"bytes"
	"encoding/base64"
	"encoding/csv"
	"encoding/xml"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/media"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/text"
)

// stranger knows nobody: what it rewrites must come back byte for byte.
type stranger struct{}

func (stranger) Edits([]byte, bool) []text.Edit          { return nil }
func (stranger) Number([]byte) []byte                    { return nil }
func (stranger) Pair(_, _ []byte) ([]byte, []byte, bool) { return nil, nil, false }
func (stranger) About(...[]byte)                         {}
func (stranger) Day([]byte) []byte                       { return nil }
func (stranger) Portrait(picture []byte) []byte          { return picture }

// planted is the name that no decoded view of an output may hold.
const planted = "Rose Hill"

// emptied are the fields that go whoever they are about.
var emptied = [][]byte{[]byte("adr"), []byte("geo"), []byte("label"), []byte("face"), []byte("autocrypt"), []byte("x-image-url")}

// fuzz holds the laws of every decoder: no panic; what names nobody is the same
// bytes; the planted name is in no text that view, which shares nothing with
// the decoder, reads from the output.
func fuzz(f *testing.F, kind media.Kind, view func(body []byte) []string) {
	finder := newKnown()
	f.Fuzz(func(t *testing.T, body []byte) {
		if len(body) > 1<<16 {
			return
		}
		out, standIns, err := New(stranger{}).Rewrite(kind, body)
		if err == nil && standIns == 0 && !bytes.Equal(out, body) && !hasEmptied(body) {
			t.Fatal("a body that names nobody was changed")
		}
		if out, _, err = New(finder).Rewrite(kind, body); err != nil {
			return
		}
		for _, s := range view(out) {
			if strings.TrimSpace(s) == planted {
				t.Fatal("the name is still there")
			}
		}
	})
}

func hasEmptied(body []byte) bool {
	low := bytes.ToLower(body)
	for _, name := range emptied {
		if bytes.Contains(low, name) {
			return true
		}
	}
	return false
}

func FuzzCSV(f *testing.F) {
	for _, s := range []string{"a,b\nRose,Hill\n", "\"Rose Hill\";\"x\"\"y\"\r\n", "sep=|\n1|Rose Hill\r", "a\tb\n\"x\ny\"\tRose Hill", "\"Rose Hill"} {
		f.Add([]byte(s))
	}
	fuzz(f, media.CSV, func(body []byte) (all []string) {
		r := csv.NewReader(bytes.NewReader(body))
		r.Comma, r.FieldsPerRecord = rune(delimiterOf(body)), -1
		for {
			row, err := r.Read()
			if err != nil {
				return all
			}
			all = append(all, row...)
		}
	})
}

func FuzzJSON(f *testing.F) {
	for _, s := range []string{`{"a":"Rose Hill"}`, "{\"Rose Hill\":1}\n[\"\\u0052ose Hill\"]\n", `"Rose Hill`, "[1.10,null,{}]"} {
		f.Add([]byte(s))
	}
	fuzz(f, media.JSON, func(body []byte) []string {
		if bytes.Contains(body, []byte(`"Rose Hill"`)) {
			return []string{planted}
		}
		return nil
	})
}

func FuzzLines(f *testing.F) {
	for _, s := range []string{"BEGIN:VCARD\r\nN:Hill;Rose\r\nFN:Ro\r\n se Hill\r\nEND:VCARD\r\n", "N;ENCODING=QUOTED-PRINTABLE:Rose=20=\r\nHill\r\n", "ATTENDEE;CN=\"Rose Hill\",x;Y=:mailto:rose.hill@acme.com\n",
		"PHOTO;ENCODING=b:/9j/4AAQ\r\n", "PHOTO;BASE64:\r\n /9j/\r\n\r\n", "a.SUMMARY:Rose Hill\\n\\,\\;", "BDAY:20000101\nADR:a;b;c;d;e;f;g", "A;B=\"Rose Hill"} {
		f.Add([]byte(s))
	}
	fuzz(f, media.VCard, func(body []byte) (all []string) {
		plain := strings.NewReplacer("\r\n ", "", "\n ", "", "\r\n\t", "", "\n\t", "").Replace(string(body))
		for line := range strings.Lines(plain) {
			if value, is := strings.CutPrefix(line, "SUMMARY:"); is {
				all = append(all, value)
			}
		}
		return all
	})
}

func FuzzXML(f *testing.F) {
	for _, s := range []string{"<a>Rose Hill</a>", `<?xml version="1.0" encoding="iso-8859-1"?><a b="Rose Hill">R&#111;se <i>Hill</i></a>`, "<a><![CDATA[Rose Hill]]><!-- Rose Hill --><?p Rose Hill?></a>",
		"<a><b>Rose</b><c>Hill</c></a>", "<!DOCTYPE a><a/>", `<!DOCTYPE a [<!ENTITY b "x">]><a>&b;</a>`, `<svg><image href="data:image/png;base64,iVBORw0KGgo="/></svg>`, "<a", "<a b='>"} {
		f.Add([]byte(s))
	}
	fuzz(f, media.XML, func(body []byte) (all []string) {
		d := xml.NewDecoder(bytes.NewReader(body))
		for {
			token, err := d.Token()
			if err != nil {
				return all
			}
			switch token := token.(type) {
			case xml.CharData:
				all = append(all, string(token))
			case xml.StartElement:
				for _, a := range token.Attr {
					all = append(all, a.Value)
				}
			}
		}
	})
}

func FuzzHTML(f *testing.F) {
	for _, s := range []string{"<p>Rose <b>Hill</b></p>", "<meta charset=windows-1252><p title='Rose Hill'>J&ouml;rg", "<img src=\"data:image/png;base64,iVBORw0KGgo=\">", "<a href=mailto:rose.hill@acme.com>", "data:;base64,====", "\xFF\xFE<\x00"} {
		f.Add([]byte(s))
	}
	fuzz(f, media.HTML, func(body []byte) []string {
		if bytes.Contains(body, []byte("<p>Rose Hill</p>")) {
			return []string{planted}
		}
		return nil
	})
}

func FuzzMail(f *testing.F) {
	for _, s := range []string{"Subject: Rose Hill\r\n\r\nRose Hill", "Subject: =?utf-8?Q?Rose_?=\r\n =?iso-8859-1?B?SGlsbA==?=\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nRose =\r\nHill=20",
		"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Transfer-Encoding: base64\r\n\r\nUm9zZSBIaWxs\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nTo: \"Hill, Rose\" <a@b.example>\r\n\r\nx\r\n--b--\r\n",
		"Content-Type: text/html; charset=iso-2022-jp\nContent-Transfer-Encoding: 8bit\n\n<p>Rose Hill</p>", "Content-Disposition: attachment; filename*0*=UTF-8''Rose; filename*1*=%20Hill.txt\n\nx",
		"From x\nA: b\n\nc", "Content-Type: multipart/mixed; boundary=\"Rose Hill\"\n\n--Rose Hill--", "DKIM-Signature: b=\r\nContent-Length: 3\r\n\r\nabc"} {
		f.Add([]byte(s))
	}
	fuzz(f, media.EML, func(body []byte) []string {
		m, err := mail.ReadMessage(bytes.NewReader(body))
		if err != nil {
			return nil
		}
		return append(texts(m.Header.Get, m.Body, 0), subject(m.Header.Get("Subject"))...)
	})
}

func subject(raw string) []string {
	plain, err := new(mime.WordDecoder).DecodeHeader(raw)
	if err != nil {
		return nil
	}
	return []string{plain}
}

// texts reads the texts of a message with the standard library.
func texts(header func(string) string, body io.Reader, depth int) []string {
	kind, params, err := mime.ParseMediaType(header("Content-Type"))
	if err == nil && strings.HasPrefix(kind, "multipart/") && depth < 5 {
		var all []string
		r := multipart.NewReader(body, params["boundary"])
		for {
			p, err := r.NextRawPart()
			if err != nil {
				return all
			}
			all = append(all, texts(p.Header.Get, p, depth+1)...)
		}
	}
	switch strings.ToLower(strings.TrimSpace(header("Content-Transfer-Encoding"))) {
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	}
	plain, err := io.ReadAll(body)
	if err != nil {
		return nil
	}
	return []string{string(plain)}
}
