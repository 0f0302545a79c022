package anonymize

import (
	"bytes"
	"crypto/sha256"
	"flag"
	"fmt"
	"image"
	"image/draw"
	_ "image/gif" // the decoders of the pictures
	_ "image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "golang.org/x/image/webp"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/media"
)

var update = flag.Bool("update", false, "write the golden file anew")

// What verbs write, by the rule, for a stranger's value and for one of a person
// who is known: not one byte of it may change, by whatever change of code,
// libraries or Go. A copy of today must agree with one of last year, made on
// another machine.
func TestA07_GoldenVerbs(t *testing.T) {
	var got strings.Builder
	for _, c := range []struct {
		rule   string
		values []string
	}{
		{"email", []string{"rose.hill@acme.com", "Rose.Hill+news@ACME.com", "jane.doe@other.org", "jane.doe+tag@other.org", "jörg@müller.example", "n/a"}},
		{"phone", []string{"+49 170 1234567", "0049 (170) 765-4321", "+1 202 555 0143", "030 123 45 67", "117"}},
		{"name", []string{"Rose Hill", "HILL, ROSE", "R. Hill", "Jane Doe", "doe, jane", "王小明", "Zoë"}},
		{"person.name", []string{"Rose Hill", " rose hill "}},
		{"person.email", []string{"rose.hill@acme.com", "someone@else.org"}},
		{"person.phone", []string{"+49-170-1234567"}},
		{"person.initials", []string{"RH", "r.h."}},
		{"digits", []string{"0", "42", "123456", "000123456789", "DE-4711/08", "98765432101234567890"}},
		{"uuid", []string{"0e984725-c51c-4bf4-9960-e1c80e27aba0", "0190A6E2-7C4E-7D1B-9F7E-2F6D3C1B5A49"}},
		{"iban", []string{"DE89370400440532013000", "GB29 NWBK 6016 1331 9268 19", "FR1420041010050500013M02606"}},
		{"{shift: 30d}", []string{"2024-02-29", "1999-12-31"}},
		{"{noise: 10%}", []string{"52000", "-3.50", "100"}},
		{"{bucket: 10}", []string{"37", "-4"}},
		{"secret", []string{"P4YOnhk386cvaQw1bQ3IGYWH7sSnU77q"}},
		{"company", []string{"Acme Ltd", "Globex"}},
		{"job", []string{"Recruiter"}},
		{"address", []string{"1 Main Street"}},
		{"text", []string{"Ask Rose Hill (rose.hill@acme.com, +49 170 1234567) or jane@other.org today."}},
	} {
		a, row := one(t, c.rule, Field{Form: FormText})
		for _, v := range c.values {
			for _, who := range []uint32{0, 1} {
				out, err := applyTo(a, row, who, []byte(v))
				if err != nil {
					t.Fatalf("%s: %v", c.rule, err)
				}
				fmt.Fprintf(&got, "%s|%s|%d|%s\n", c.rule, v, who, out.Bytes())
			}
		}
	}
	golden(t, "golden-verbs.txt", got.String())
}

// The pictures of a person are the same pixels in every format that loses
// none, whatever version of Go has packed them.
func TestGoldenAvatars(t *testing.T) {
	var got strings.Builder
	a, row := one(t, "avatar", Field{Form: FormBytes})
	for _, kind := range []media.Kind{media.PNG, media.GIF, media.WebP} {
		var real bytes.Buffer
		if err := media.Avatar(&real, media.Header{Kind: kind, Width: 96, Height: 64}, media.Portrait{Initials: "RH"}); err != nil {
			t.Fatal(err)
		}
		for _, who := range []uint32{1, 2} {
			img, format, err := image.Decode(bytes.NewReader(must(t, a, row, who, real.Bytes())))
			if err != nil {
				t.Fatal(err)
			}
			pixels := image.NewNRGBA(img.Bounds())
			draw.Draw(pixels, pixels.Rect, img, img.Bounds().Min, draw.Src)
			fmt.Fprintf(&got, "%s|%d|%v|%x\n", format, who, pixels.Rect.Size(), sha256.Sum256(pixels.Pix))
		}
	}
	golden(t, "golden-avatars.txt", got.String())
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s: what verbs write has changed; it is now\n%s", name, got)
	}
}
