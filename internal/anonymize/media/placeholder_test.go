package media

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/mail"
	"path"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

func placeholder(t testing.TB, k Kind, title string) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := Placeholder(&out, k, title); err != nil {
		t.Fatalf("%s: %v", k, err)
	}
	return out.Bytes()
}

// titles try every format's escaping.
var titles = []string{
	"", "Kael Mirandel", "a, \"b\"; c\td", "<b>&amp;'x'</b> ]]>", `\{)(%`, "Žluťoučký 漢字 😀", "=1+1",
	strings.Repeat("long ", 80), strings.Repeat("W", 400), "line\nbreak\r\n\x00\x1b[31m", "bad \xff utf", "\u200b \u202e x",
}

func TestPlaceholderIsWhatItSays(t *testing.T) {
	all := []Kind{PNG, JPEG, GIF, WebP, SVG, PDF, RTF, DOCX, XLSX, PPTX, CSV, JSON, XML, HTML, EML, ICS, VCard, Text, ZIP, Gzip}
	for _, k := range all {
		for _, title := range titles {
			file := placeholder(t, k, title)
			name := "x"
			if k == CSV {
				name = "x.csv" // which no content tells
			}
			if got := Sniff(file, name); got != k {
				t.Errorf("%s with title %q is sniffed as %s", k, title, got)
			}
			if !bytes.Equal(file, placeholder(t, k, title)) {
				t.Errorf("%s: two calls differ", k)
			}
		}
	}
	for _, k := range []Kind{Unknown, OLE, MP4, "", "no such kind"} {
		if got := string(placeholder(t, k, "plan")); got != "tenantcopy removed the content of this file: plan\n" {
			t.Errorf("%q: %q", k, got)
		}
	}
}

func TestPlaceholderNote(t *testing.T) {
	cases := map[string]string{
		"":                       removed + ".",
		" \n\x00 ":               removed + ".",
		"a\n b\x00c  d":          removed + ": a bc d",
		"\u200ba \u202eb":        removed + ": a b",
		"bad \xff utf":           removed + ": bad utf",
		strings.Repeat("é", 500): removed + ": " + strings.Repeat("é", maxTitle),
	}
	for title, want := range cases {
		if got := note(title); got != want {
			t.Errorf("note(%q) = %q", title, got)
		}
	}
}

func TestPlaceholderPictures(t *testing.T) {
	for _, k := range pictureKinds {
		if b := decode(t, k, placeholder(t, k, "x")).Bounds(); b.Dx() != 64 || b.Dy() != 64 {
			t.Errorf("%s: %v", k, b)
		}
	}
}

func TestPlaceholderTexts(t *testing.T) {
	for _, title := range titles {
		want := note(title)
		rows, err := csv.NewReader(bytes.NewReader(placeholder(t, CSV, title))).ReadAll()
		if err != nil || len(rows) != 2 || rows[0][0] != "note" || rows[1][0] != want {
			t.Errorf("CSV: %q, %v", rows, err)
		}
		var object struct{ Note string }
		if err := json.Unmarshal(placeholder(t, JSON, title), &object); err != nil || object.Note != want {
			t.Errorf("JSON: %q, %v", object.Note, err)
		}
		var element struct {
			Note string `xml:",chardata"`
		}
		if err := xml.Unmarshal(placeholder(t, XML, title), &element); err != nil || element.Note != want {
			t.Errorf("XML: %q, %v", element.Note, err)
		}
		checkXML(t, "svg", placeholder(t, SVG, title))
		m, err := mail.ReadMessage(bytes.NewReader(placeholder(t, EML, title)))
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := mime.ParseMediaType(m.Header.Get("Content-Type")); err != nil {
			t.Error(err)
		}
		if body, err := io.ReadAll(m.Body); err != nil || string(body) != want+"\r\n" {
			t.Errorf("EML: %q, %v", body, err)
		}
		z, err := gzip.NewReader(bytes.NewReader(placeholder(t, Gzip, title)))
		if err != nil {
			t.Fatal(err)
		}
		if text, err := io.ReadAll(z); err != nil || string(text) != want+"\n" || !z.ModTime.IsZero() {
			t.Errorf("gzip: %q, %v", text, err)
		}
		r := placeholder(t, RTF, title)
		if bytes.ContainsFunc(r, func(c rune) bool { return c >= 0x80 }) || bytes.Count(r, []byte("{"))-bytes.Count(r, []byte(`\{`)) !=
			bytes.Count(r, []byte("}"))-bytes.Count(r, []byte(`\}`)) {
			t.Errorf("RTF: %q", r)
		}
	}
}

// checkXML reads a document to its end.
func checkXML(t *testing.T, name string, body []byte) (text string) {
	t.Helper()
	dec := xml.NewDecoder(bytes.NewReader(body))
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return text
		}
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if chars, ok := token.(xml.CharData); ok {
			text += string(chars)
		}
	}
}

// An Office file is an archive whose parts are well-formed, declared in
// [Content_Types].xml and joined by relationships that lead to a part.
func TestPlaceholderOffice(t *testing.T) {
	for k, main := range map[Kind]string{DOCX: "word/document.xml", XLSX: "xl/worksheets/sheet1.xml", PPTX: "ppt/slides/slide1.xml"} {
		for _, title := range titles {
			parts := unzip(t, placeholder(t, k, title))
			if got := checkXML(t, main, parts[main]); !strings.Contains(got, note(title)) {
				t.Errorf("%s says %q", k, got)
			}
			var types struct {
				Override []struct {
					PartName string `xml:",attr"`
				}
			}
			if err := xml.Unmarshal(parts["[Content_Types].xml"], &types); err != nil {
				t.Fatal(err)
			}
			declared := map[string]bool{}
			for _, o := range types.Override {
				declared[o.PartName[1:]] = true
			}
			for name, body := range parts {
				checkXML(t, name, body)
				if path.Ext(name) == ".rels" {
					checkRelationships(t, parts, name)
				} else if name != "[Content_Types].xml" && !declared[name] {
					t.Errorf("%s: part %s has no content type", k, name)
				}
				delete(declared, name)
			}
			if len(declared) > 0 {
				t.Errorf("%s: parts without a member: %v", k, declared)
			}
		}
	}
}

// checkRelationships follows a .rels part, and finds every r:id of the part it
// belongs to in it.
func checkRelationships(t *testing.T, parts map[string][]byte, name string) {
	t.Helper()
	var rels struct {
		Relationship []struct {
			ID     string `xml:"Id,attr"`
			Target string `xml:",attr"`
		}
	}
	if err := xml.Unmarshal(parts[name], &rels); err != nil {
		t.Fatal(err)
	}
	folder := path.Dir(path.Dir(name))
	ids := map[string]bool{}
	for _, r := range rels.Relationship {
		ids[r.ID] = true
		if _, ok := parts[path.Join(folder, r.Target)]; !ok {
			t.Errorf("%s leads to %s, which is missing", name, r.Target)
		}
	}
	owner := path.Join(folder, strings.TrimSuffix(path.Base(name), ".rels"))
	for _, m := range regexp.MustCompile(`r:id="([^"]+)"`).FindAllSubmatch(parts[owner], -1) {
		if !ids[string(m[1])] {
			t.Errorf("%s: no relationship %s", owner, m[1])
		}
	}
}

func unzip(t *testing.T, file []byte) map[string][]byte {
	t.Helper()
	r, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	parts := map[string][]byte{}
	for _, f := range r.File {
		body, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if parts[f.Name], err = io.ReadAll(body); err != nil {
			t.Fatalf("%s: %v", f.Name, err)
		}
	}
	return parts
}

func TestPlaceholderZip(t *testing.T) {
	parts := unzip(t, placeholder(t, ZIP, "plan"))
	if len(parts) != 1 || string(parts["README.txt"]) != removed+": plan\n" {
		t.Errorf("%q", parts)
	}
}

// A strict reader's way through a PDF: startxref leads to the table, each
// entry to its object, the stream has the length it says.
func TestPlaceholderPDF(t *testing.T) {
	for _, title := range titles {
		file := placeholder(t, PDF, title)
		tail := regexp.MustCompile(`startxref\n(\d+)\n%%EOF\n$`).FindSubmatch(file)
		if tail == nil {
			t.Fatal("no startxref")
		}
		xref, err := strconv.Atoi(string(tail[1]))
		if err != nil || !bytes.HasPrefix(file[xref:], []byte("xref\n0 6\n")) {
			t.Fatalf("startxref leads astray: %v", err)
		}
		table := file[xref+len("xref\n0 6\n"):]
		for i := range 6 {
			entry := string(table[20*i : 20*i+20])
			if i == 0 {
				if entry != "0000000000 65535 f \n" {
					t.Errorf("free entry %q", entry)
				}
				continue
			}
			var offset int
			if _, err := fmt.Sscanf(entry, "%010d 00000 n \n", &offset); err != nil {
				t.Fatal(err)
			}
			if !bytes.HasPrefix(file[offset:], fmt.Appendf(nil, "%d 0 obj\n", i)) {
				t.Errorf("entry %d leads astray", i)
			}
		}
		if !bytes.HasPrefix(table[120:], []byte("trailer\n<< /Size 6 /Root 1 0 R >>\n")) {
			t.Error("no trailer behind the table")
		}
		stream := regexp.MustCompile(`(?s)<< /Length (\d+) >>\nstream\n(.*)endstream`).FindSubmatch(file)
		if n, err := strconv.Atoi(string(stream[1])); err != nil || n != len(stream[2]) {
			t.Errorf("stream of %d bytes says %d", len(stream[2]), n)
		}
		checkPDFText(t, title, stream[2])
	}
}

// checkPDFText reads the shown strings back.
func checkPDFText(t *testing.T, title string, stream []byte) {
	t.Helper()
	var shown []byte
	lines := regexp.MustCompile(`(?s)\(((?:[^\\()]|\\.)*)\) Tj T\*\n`).FindAllSubmatch(stream, -1)
	for i, l := range lines {
		text := regexp.MustCompile(`\\(?:\d{3}|.)`).ReplaceAllFunc(l[1], func(e []byte) []byte {
			if len(e) == 4 {
				v, err := strconv.ParseUint(string(e[1:]), 8, 8)
				if err != nil {
					t.Fatal(err)
				}
				return []byte{byte(v)}
			}
			return e[1:]
		})
		if len(text) > pdfColumns {
			t.Errorf("a line of %d letters", len(text))
		}
		if i > 0 {
			shown = append(shown, ' ')
		}
		shown = append(shown, text...)
	}
	want := pdfString(note(title))
	if squash := func(b []byte) string { return strings.ReplaceAll(string(b), " ", "") }; squash(shown) != squash(want) {
		t.Errorf("title %q is shown as %q", title, shown)
	}
	if utf8.RuneCountInString(note(title)) != len(want) {
		t.Errorf("title %q: letters lost", title)
	}
}

func TestPlaceholderReportsWriteErrors(t *testing.T) {
	if err := Placeholder(&limited{3}, PDF, "x"); !errors.Is(err, errFull) || !strings.HasPrefix(err.Error(), "write placeholder: ") {
		t.Errorf("%v", err)
	}
}

func BenchmarkPlaceholder(b *testing.B) {
	for _, k := range []Kind{PDF, DOCX, PPTX, CSV} {
		b.Run(string(k), func(b *testing.B) {
			for b.Loop() {
				if err := Placeholder(io.Discard, k, "Kael Mirandel"); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
