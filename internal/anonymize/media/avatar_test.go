package media

import (
	"bytes"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"hash/fnv"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/image/webp"
	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "write the golden files anew")

func decode(t testing.TB, k Kind, file []byte) image.Image {
	t.Helper()
	read := map[Kind]func(io.Reader) (image.Image, error){PNG: png.Decode, JPEG: jpeg.Decode, GIF: gif.Decode, WebP: webp.Decode}[k]
	img, err := read(bytes.NewReader(file))
	if err != nil {
		t.Fatalf("decode %s: %v", k, err)
	}
	return img
}

func avatar(t testing.TB, h Header, p Portrait) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := Avatar(&out, h, p); err != nil {
		t.Fatalf("avatar %s: %v", h.Kind, err)
	}
	return out.Bytes()
}

func seeded(n uint64) (s [16]byte) {
	binary.LittleEndian.PutUint64(s[:], n*0x9e3779b97f4a7c15)
	binary.LittleEndian.PutUint64(s[8:], n*0xbf58476d1ce4e5b9+n)
	return s
}

var pictureKinds = []Kind{PNG, JPEG, GIF, WebP}

// Every kind and every odd size comes back as the same kind and size, by our
// own reader and by the standard one.
func TestAvatarKeepsKindAndSize(t *testing.T) {
	sizes := [][2]int{{1, 1}, {1, 300}, {7, 7}, {8, 8}, {9, 64}, {256, 256}, {255, 257}, {640, 120}, {33, 1000}}
	for _, k := range pictureKinds {
		for _, s := range sizes {
			file := avatar(t, Header{k, s[0], s[1]}, Portrait{"KM", seeded(7)})
			if got := Sniff(file, "photo.txt"); got != k {
				t.Errorf("%s %v: sniffed %s", k, s, got)
			}
			h, err := ReadHeader(file)
			if err != nil || h != (Header{k, s[0], s[1]}) {
				t.Errorf("%s %v: header %v, %v", k, s, h, err)
			}
			if b := decode(t, k, file).Bounds(); b.Dx() != s[0] || b.Dy() != s[1] {
				t.Errorf("%s %v: decoded %v", k, s, b)
			}
		}
	}
}

// The lossless formats hold the very pixels that were drawn, JPEG nearly.
func TestAvatarPixelsSurviveTheFormat(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		h := Header{PNG, rapid.IntRange(1, 90).Draw(rt, "width"), rapid.IntRange(1, 90).Draw(rt, "height")}
		p := Portrait{rapid.SampledFrom([]string{"", "A", "ÉŁ", "WWW", "Жя", "漢字"}).Draw(rt, "initials"), seeded(rapid.Uint64().Draw(rt, "seed"))}
		want, err := draw(h, p)
		if err != nil {
			rt.Fatal(err)
		}
		for _, k := range pictureKinds {
			got := decode(t, k, avatar(t, Header{k, h.Width, h.Height}, p))
			sum := 0
			for y := range h.Height {
				for x := range h.Width {
					sum += difference(got.At(x, y), want.At(x, y))
				}
			}
			mean := float64(sum) / float64(h.Width*h.Height)
			limit := 24.0
			if min(h.Width, h.Height) < 16 { // one block of 8×8 shares its colour: an edge in it bleeds over the whole picture
				limit = 80
			}
			if k != JPEG && sum != 0 || mean > limit {
				rt.Fatalf("%s %dx%d: mean difference %.1f", k, h.Width, h.Height, mean)
			}
		}
	})
}

// difference adds up the channels' differences, 0 to 765.
func difference(a, b color.Color) int {
	p, q := color.RGBAModel.Convert(a).(color.RGBA), color.RGBAModel.Convert(b).(color.RGBA)
	abs := func(x, y uint8) int { return max(int(x), int(y)) - min(int(x), int(y)) }
	return abs(p.R, q.R) + abs(p.G, q.G) + abs(p.B, q.B)
}

// The pictures are the same for ever. What is compared is pixels: an encoder
// may change its bytes with the version of Go.
func TestAvatarGolden(t *testing.T) {
	var got strings.Builder
	for i, initials := range []string{"KM", "Ö", "ABC", "Жя", "漢", ""} {
		for _, s := range [][2]int{{32, 32}, {256, 256}, {700, 400}} {
			img, err := draw(Header{PNG, s[0], s[1]}, Portrait{initials, seeded(uint64(i))})
			if err != nil {
				t.Fatal(err)
			}
			sum := fnv.New64a()
			_, _ = sum.Write(img.Pix)
			fmt.Fprintf(&got, "%q %dx%d %v %016x\n", initials, s[0], s[1], img.Palette[0], sum.Sum64())
		}
	}
	compareGolden(t, "avatars.golden", got.String())

	// One small picture as drawn, so that a change can be seen.
	img, err := draw(Header{PNG, 32, 24}, Portrait{"Rä", seeded(1)})
	if err != nil {
		t.Fatal(err)
	}
	var rows strings.Builder
	for y := range 24 {
		for _, v := range img.Pix[y*32 : y*32+32] {
			rows.WriteByte(" .:-=+*oO#%&$@MW"[v])
		}
		rows.WriteByte('\n')
	}
	compareGolden(t, "letters.golden", rows.String())
}

func compareGolden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs:\n%s", name, got)
	}
}

func TestAvatarIsDeterministic(t *testing.T) {
	for _, k := range pictureKinds {
		h, p := Header{k, 120, 90}, Portrait{"QT", seeded(3)}
		if !bytes.Equal(avatar(t, h, p), avatar(t, h, p)) {
			t.Errorf("%s: two calls differ", k)
		}
		if bytes.Equal(avatar(t, h, p), avatar(t, h, Portrait{"QT", seeded(4)})) {
			t.Errorf("%s: the seed changes nothing", k)
		}
		if bytes.Equal(avatar(t, h, p), avatar(t, h, Portrait{"QU", seeded(3)})) {
			t.Errorf("%s: the initials change nothing", k)
		}
	}
}

// White on the background reads: contrast of at least 4.5 to 1 (WCAG AA).
func TestAvatarContrast(t *testing.T) {
	colours := map[color.Color]bool{}
	for n := range uint64(20000) {
		back := Portrait{Seed: seeded(n)}.background()
		colours[back] = true
		linear := func(v uint8) float64 {
			c := float64(v) / 255
			if c <= 0.04045 {
				return c / 12.92
			}
			return math.Pow((c+0.055)/1.055, 2.4)
		}
		luminance := 0.2126*linear(back.R) + 0.7152*linear(back.G) + 0.0722*linear(back.B)
		if c := 1.05 / (luminance + 0.05); c < 4.5 {
			t.Fatalf("seed %d: contrast %.2f of %v", n, c, back)
		}
	}
	if len(colours) < 15000 {
		t.Errorf("only %d colours of 20000 seeds", len(colours))
	}
}

// Initials are inside the picture, in its middle and of a legible size.
func TestAvatarInitialsAreCentred(t *testing.T) {
	for _, initials := range []string{"I", "WW", "MWM", "ÅÖ", "j", "ЩЖ"} {
		for _, s := range [][2]int{{256, 256}, {64, 64}, {500, 100}, {100, 500}} {
			img, err := draw(Header{PNG, s[0], s[1]}, Portrait{initials, seeded(1)})
			if err != nil {
				t.Fatal(err)
			}
			box := image.Rectangle{}
			for y := range s[1] {
				for x := range s[0] {
					if img.Pix[y*s[0]+x] > 0 {
						box = box.Union(image.Rect(x, y, x+1, y+1))
					}
				}
			}
			cx, cy := box.Min.X+box.Max.X-s[0], box.Min.Y+box.Max.Y-s[1]
			if cx < -2 || cx > 2 || cy < -2 || cy > 2 {
				t.Errorf("%s %v: letters at %v", initials, s, box)
			}
			if box.Dx() > s[0]*9/10 || box.Dy() < min(s[0], s[1])/8 {
				t.Errorf("%s %v: letters of size %v", initials, s, box.Size())
			}
		}
	}
}

func TestAvatarRefuses(t *testing.T) {
	cases := []struct {
		h    Header
		want error
	}{
		{Header{BMP, 10, 10}, ErrUnsupported{BMP}},
		{Header{PDF, 10, 10}, ErrUnsupported{PDF}},
		{Header{"", 10, 10}, ErrUnsupported{""}},
		{Header{PNG, 0, 10}, ErrMalformed{PNG}},
		{Header{PNG, 10, -1}, ErrMalformed{PNG}},
		{Header{PNG, 40000, 40000}, ErrTooLarge{PNG}},
		{Header{GIF, MaxSide + 1, 1}, ErrTooLarge{GIF}},
		{Header{JPEG, MaxSide, MaxPixels/MaxSide + 1}, ErrTooLarge{JPEG}},
	}
	for _, c := range cases {
		var out bytes.Buffer
		if err := Avatar(&out, c.h, Portrait{}); !errors.Is(err, c.want) {
			t.Errorf("%v: %v, want %v", c.h, err, c.want)
		}
		if out.Len() > 0 {
			t.Errorf("%v: wrote %d bytes", c.h, out.Len())
		}
	}
}

// A writer that fails is not taken for a success, wherever it fails.
func TestAvatarReportsWriteErrors(t *testing.T) {
	for _, k := range pictureKinds {
		whole := len(avatar(t, Header{k, 40, 40}, Portrait{"AB", seeded(1)}))
		for _, room := range []int{0, 1, whole / 2, whole - 1} {
			err := Avatar(&limited{room}, Header{k, 40, 40}, Portrait{"AB", seeded(1)})
			if !errors.Is(err, errFull) {
				t.Errorf("%s after %d bytes: %v", k, room, err)
			}
		}
	}
}

var errFull = errors.New("full")

type limited struct{ room int }

func (l *limited) Write(p []byte) (int, error) {
	if len(p) > l.room {
		n := l.room
		l.room = 0
		return n, errFull
	}
	l.room -= len(p)
	return len(p), nil
}

// Nothing but what makes up a picture is in the files.
func TestAvatarHasNoMetadata(t *testing.T) {
	file := avatar(t, Header{PNG, 64, 64}, Portrait{"AB", seeded(1)})
	var chunks []string
	for p := 8; p < len(file); {
		chunks = append(chunks, string(file[p+4:p+8]))
		p += 12 + int(binary.BigEndian.Uint32(file[p:]))
	}
	if got := strings.Join(chunks, " "); got != "IHDR PLTE IDAT IEND" {
		t.Errorf("PNG chunks %s", got)
	}
	file = avatar(t, Header{JPEG, 64, 64}, Portrait{"AB", seeded(1)})
	for p := 2; file[p+1] != 0xda; {
		if m := file[p+1]; m >= 0xe1 && m <= 0xef || m == 0xfe {
			t.Errorf("JPEG segment %x", m)
		}
		p += 2 + int(binary.BigEndian.Uint16(file[p+2:]))
	}
	file = avatar(t, Header{GIF, 64, 64}, Portrait{"AB", seeded(1)})
	if bytes.Contains(file, []byte{0x21, 0xfe}) || bytes.Contains(file, []byte{0x21, 0xff}) {
		t.Error("GIF has a comment or application extension")
	}
	file = avatar(t, Header{WebP, 64, 64}, Portrait{"AB", seeded(1)})
	if string(file[12:16]) != "VP8L" || int(binary.LittleEndian.Uint32(file[4:])) != len(file)-8 {
		t.Error("WebP is more than one lossless chunk")
	}
}

func BenchmarkAvatar(b *testing.B) {
	for _, k := range pictureKinds {
		b.Run(string(k), func(b *testing.B) {
			b.ReportAllocs()
			n := uint64(0)
			for b.Loop() {
				n++
				if err := Avatar(io.Discard, Header{k, 256, 256}, Portrait{"KM", seeded(n)}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
