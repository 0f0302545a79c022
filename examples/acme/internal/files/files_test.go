package files_test

import (
	"bytes"
	"image"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"github.com/tenantcopy/tenantcopy/examples/acme/internal/files"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/media"
)

func TestPortraitsDecodeAndCarryTheName(t *testing.T) {
	album, err := files.NewAlbum()
	if err != nil {
		t.Fatal(err)
	}
	const name = "Zoë O'Brien"
	for kind, body := range map[string][]byte{"png": album.PNG(7, name), "jpg": album.JPEG(7, name)} {
		if !bytes.Contains(body, []byte(name)) {
			t.Errorf("%s: the name is not in its metadata", kind)
		}
		decode := map[string]func([]byte) (image.Image, error){
			"png": func(b []byte) (image.Image, error) { return png.Decode(bytes.NewReader(b)) },
			"jpg": func(b []byte) (image.Image, error) { return jpeg.Decode(bytes.NewReader(b)) },
		}[kind]
		img, err := decode(body)
		if err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		if got := img.Bounds().Dx(); got != files.Size {
			t.Errorf("%s: %d pixels wide, want %d", kind, got, files.Size)
		}
		h, err := media.ReadHeader(body[:min(len(body), media.HeadBytes)])
		if err != nil || h.Width != files.Size {
			t.Errorf("%s: the product reads header %+v, %v", kind, h, err)
		}
	}
}

func TestPDFIsOne(t *testing.T) {
	body := files.PDF("CV", "Zoë O'Brien", []string{"Zoë (O'Brien)", "Łukasz"})
	if !bytes.HasPrefix(body, []byte("%PDF-")) || !bytes.Contains(body, []byte("startxref")) {
		t.Error("not a PDF")
	}
	if media.Sniff(body, "cv.pdf") != media.Sniff([]byte("%PDF-1.7\n"), "x.pdf") {
		t.Error("the product takes it for something else")
	}
}

func TestCSVQuotes(t *testing.T) {
	got := string(files.CSV([][]string{{"a", `b "c"`, "d;e"}}))
	if want := `a;"b ""c""";"d;e"` + "\r\n"; got != want {
		t.Errorf("got %q, want %q", got, strings.TrimSpace(want))
	}
}
