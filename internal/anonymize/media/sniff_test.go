package media

import (
	"archive/zip"
	"bytes"
	"strings"
	"testing"
)

// archive makes a ZIP of empty members, which is what Office files look like
// to Sniff.
func archive(t testing.TB, names ...string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, n := range names {
		if _, err := w.Create(n); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestSniff(t *testing.T) {
	pad := strings.Repeat("\x00", 300)
	cases := []struct {
		name string // of the file
		head string
		want Kind
	}{
		{"photo.png", "\xff\xd8\xff\xe0\x00\x10JFIF", JPEG}, // the name lies
		{"photo.jpg", "\x89PNG\r\n\x1a\n\x00", PNG},
		{"invoice.pdf", "GIF89a\x01\x00", GIF},
		{"a.csv", "RIFF\x00\x00\x00\x00WEBPVP8 ", WebP},
		{"report.txt", "%PDF-1.7\n", PDF},
		{"", "\xef\xbb\xbf\r\n%PDF-1.7\n", PDF},
		{"", "II*\x00\x08\x00\x00\x00", TIFF},
		{"", "MM\x00*\x00\x00\x00\x08", TIFF},
		{"", "BM\x36\x00\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00\x28\x00\x00\x00", BMP},
		{"", "BMW is a make of car", Text},
		{"", "\x00\x00\x01\x00\x01\x00\x10\x10", ICO},
		{"", "\x00\x00\x00\x18ftypheic\x00\x00", HEIF},
		{"", "\x00\x00\x00\x18ftypavif\x00\x00", HEIF},
		{"", "\x00\x00\x00\x18ftypisom\x00\x00", MP4},
		{"", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OLE},
		{"", "\x1f\x8b\x08\x00", Gzip},
		{"", "7z\xbc\xaf\x27\x1c", SevenZip},
		{"", "Rar!\x1a\x07\x01\x00", RAR},
		{"", "file.txt" + pad[:249] + "ustar\x0000", Tar},
		{"", "RIFF\x00\x00\x00\x00WAVEfmt ", WAV},
		{"", "OggS\x00\x02", Ogg},
		{"", "\x1a\x45\xdf\xa3\x01", WebM},
		{"", "fLaC\x00", FLAC},
		{"", "ID3\x04\x00", MP3},
		{"", "\xff\xfb\x90\x64", MP3},
		{"", `{\rtf1\ansi`, RTF},
		{"x.csv", "PK\x05\x06" + pad[:18], ZIP},
		{"people.csv", "id;name\n1;x\n", CSV},
		{"people.TSV", "id\tname\n", CSV},
		{"exports/2024.v1/people.csv", "id,name\n", CSV},
		{"people", "id,name\n1,x\n", Text},
		{"people.csv", "{\"id\": 1}\n", JSON}, // content first
		{"notes.txt", "[{\"id\": 1}, {\"na", JSON},
		{"events.jsonl", "{\"a\":1}\n{\"a\":2}\n{\"a", JSON},
		{"app.log", "[2024-01-01 10:00:00] started\n", Text},
		{"app.log", "[info] started\n", Text},
		{"config.json", "// a comment\n{}", JSON},
		{"", "<!DOCTYPE html>\n<html>", HTML},
		{"x.txt", "  <HTML lang=en>", HTML},
		{"", `<?xml version="1.0"?><feed/>`, XML},
		{"feed.xml", "<feed/>", XML},
		{"", `<svg xmlns="http://www.w3.org/2000/svg">`, SVG},
		{"", `<?xml version="1.0"?><!-- x --><svg>`, SVG},
		{"", "BEGIN:VCALENDAR\r\nVERSION:2.0", ICS},
		{"", "BEGIN:VCARD\r\nVERSION:3.0", VCard},
		{"", "Received: from a by b\r\n", EML},
		{"", "From: a@example.com\r\nMessage-ID: <1@example.com>\r\n", EML},
		{"", "To: do tomorrow", Text},
		{"", "\xff\xfen\x00o\x00t\x00e\x00", Text},
		{"people.csv", "\xff\xfei\x00d\x00;\x00", CSV},
		{"", "Stra\xdfe und Br\xfccke, zwei W\xf6rter", Text}, // one byte a letter
		{"", "caf\xc3\xa9 \xe2\x82", Text},                    // cut within a rune
		{"people.csv", "\x00\x01\x02\x03", Unknown},
		{"", "\x80\x81\x82\x83\x84\x85\x86", Unknown},
		{"people.csv", "", Unknown},
	}
	for _, c := range cases {
		if got := Sniff([]byte(c.head), c.name); got != c.want {
			t.Errorf("%q named %q: %s, want %s", c.head[:min(len(c.head), 24)], c.name, got, c.want)
		}
	}
}

func TestSniffArchives(t *testing.T) {
	long := "docProps/" + strings.Repeat("x", 400)
	cases := []struct {
		name    string
		members []string
		cut     int
		want    Kind
	}{
		{"x.zip", []string{"[Content_Types].xml", "_rels/.rels", "word/document.xml"}, 0, DOCX},
		{"x.docx", []string{"[Content_Types].xml", "xl/workbook.xml"}, 0, XLSX}, // the name lies
		{"x", []string{"ppt/presentation.xml", "[Content_Types].xml"}, 0, PPTX},
		{"x.XLSM", []string{"[Content_Types].xml", long, "xl/workbook.xml"}, 120, XLSX},
		{"x", []string{"[Content_Types].xml", long, "xl/workbook.xml"}, 120, ZIP},
		{"x.docx", []string{"readme.txt", "data.csv"}, 0, ZIP},
		{"x.docx", []string{"export/word/notes.txt"}, 0, ZIP},
		{"x.docx", []string{"[Content_Types].xml"}, 20, ZIP},
	}
	for _, c := range cases {
		head := archive(t, c.members...)
		if c.cut > 0 {
			head = head[:c.cut]
		}
		if got := Sniff(head, c.name); got != c.want {
			t.Errorf("%v named %q: %s, want %s", c.members, c.name, got, c.want)
		}
	}
}

// Whatever the bytes, Sniff returns one of its kinds, and a name never makes
// something else of a file with a magic number.
func FuzzSniff(f *testing.F) {
	for _, seed := range []string{"\xff\xd8\xff", "%PDF-1", "{\"a\":[1,", "PK\x03\x04", "a,b\n", "\xff\xfea\x00", "\x00\x00\x00\x18ftypheic"} {
		f.Add([]byte(seed), "x.csv")
	}
	f.Add(archive(f, "[Content_Types].xml", "word/document.xml"), "x.docx")
	f.Fuzz(func(t *testing.T, head []byte, name string) {
		k := Sniff(head, name)
		if k == "" {
			t.Fatal("no kind")
		}
		switch plain := Sniff(head, ""); plain {
		case k, Text: // the name decides between texts
		case ZIP: // and between Office files
			if k != DOCX && k != XLSX && k != PPTX {
				t.Fatalf("an archive became %s", k)
			}
		default:
			t.Fatalf("%s became %s by its name", plain, k)
		}
		if _, err := ReadHeader(head); err == nil && k != PNG && k != JPEG && k != GIF && k != WebP {
			t.Fatalf("a picture with a header is %s", k)
		}
	})
}

func BenchmarkSniff(b *testing.B) {
	heads := map[string][]byte{
		"jpeg": jpegHead(640, 480, 0xc0),
		"docx": archive(b, "[Content_Types].xml", "_rels/.rels", "word/document.xml"),
		"csv":  []byte(strings.Repeat("1,example,2020-01-01\n", 200)),
	}
	for name, head := range heads {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				Sniff(head, "x.csv")
			}
		})
	}
}
