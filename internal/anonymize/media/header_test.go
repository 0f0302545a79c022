package media

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"strings"
	"testing"
)

// pngHead is a valid beginning of a PNG that claims w by h pixels.
func pngHead(w, h uint32) []byte {
	ihdr := binary.BigEndian.AppendUint32([]byte("IHDR"), w)
	ihdr = append(binary.BigEndian.AppendUint32(ihdr, h), 8, 2, 0, 0, 0)
	out := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), ihdr...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(ihdr))
}

// jpegHead has the segments given as marker and length before a frame header.
func jpegHead(w, h uint16, sof byte, segments ...[2]int) []byte {
	out := []byte{0xff, 0xd8}
	for _, s := range segments {
		out = append(out, 0xff, byte(s[0]))
		out = binary.BigEndian.AppendUint16(out, uint16(s[1]+2))
		out = append(out, bytes.Repeat([]byte{0xff, 0xc0, 1}, s[1])[:s[1]]...) // looks like a frame header, is not
	}
	out = append(out, 0xff, 0xff, sof, 0, 17, 8) // with a fill byte
	out = binary.BigEndian.AppendUint16(out, h)
	return append(binary.BigEndian.AppendUint16(out, w), 3)
}

func webpHead(form string, body ...byte) []byte {
	out := append([]byte("RIFF\x40\x00\x00\x00WEBP"), form...)
	out = append(out, 0x20, 0, 0, 0)
	return append(out, append(body, make([]byte, 16)...)...)
}

func TestReadHeader(t *testing.T) {
	cases := []struct {
		name string
		head []byte
		want Header
		err  error
	}{
		{"png", pngHead(640, 480), Header{PNG, 640, 480}, nil},
		{"png of no width", pngHead(0, 480), Header{}, ErrMalformed{PNG}},
		{"png of 40000 squared", pngHead(40000, 40000), Header{}, ErrTooLarge{PNG}},
		{"png of 2³²-1", pngHead(1<<32-1, 1), Header{}, ErrTooLarge{PNG}},
		{"png with too large a product", pngHead(MaxSide, MaxPixels/MaxSide+1), Header{}, ErrTooLarge{PNG}},
		{"png at the limit", pngHead(MaxSide, MaxPixels/MaxSide), Header{PNG, MaxSide, MaxPixels / MaxSide}, nil},
		{"png without IHDR", bytes.Replace(pngHead(1, 1), []byte("IHDR"), []byte("tEXt"), 1), Header{}, ErrMalformed{PNG}},
		{"jpeg", jpegHead(30, 20, 0xc0), Header{JPEG, 30, 20}, nil},
		{"jpeg, progressive, behind EXIF", jpegHead(300, 200, 0xc2, [2]int{0xe1, 65000}, [2]int{0xe1, 65000}, [2]int{0xfe, 9}), Header{JPEG, 300, 200}, nil},
		{"jpeg with tables first", jpegHead(3, 2, 0xc1, [2]int{0xc4, 20}, [2]int{0xdb, 65}), Header{JPEG, 3, 2}, nil},
		{"jpeg of 40000 squared", jpegHead(40000, 40000, 0xc0), Header{}, ErrTooLarge{JPEG}},
		{"jpeg of no height", jpegHead(9, 0, 0xc0), Header{}, ErrMalformed{JPEG}},
		{"jpeg that ends", []byte("\xff\xd8\xff\xd9\x00\x00"), Header{}, ErrMalformed{JPEG}},
		{"jpeg with a segment of length 1", []byte("\xff\xd8\xff\xe0\x00\x01\x00"), Header{}, ErrMalformed{JPEG}},
		{"gif", []byte("GIF89a\x40\x01\xf0\x00\x00\x00\x00"), Header{GIF, 320, 240}, nil},
		{"gif of no size", []byte("GIF87a\x00\x00\x00\x00\x00"), Header{}, ErrMalformed{GIF}},
		{"gif of 40000 squared", []byte("GIF87a\x40\x9c\x40\x9c\x00"), Header{}, ErrTooLarge{GIF}},
		{"webp, lossy", webpHead("VP8 ", 0, 0, 0, 0x9d, 0x01, 0x2a, 0x80, 0x42, 0x60, 0x80), Header{WebP, 0x280, 0x60}, nil},
		{"webp, lossy, broken", webpHead("VP8 ", 0, 0, 0, 1, 2, 3), Header{}, ErrMalformed{WebP}},
		{"webp, lossless", webpHead("VP8L", 0x2f, 0xff, 0xc0, 0x3f, 0), Header{WebP, 256, 256}, nil},
		{"webp, lossless, broken", webpHead("VP8L", 0x2e), Header{}, ErrMalformed{WebP}},
		{"webp, extended", webpHead("VP8X", 0, 0, 0, 0, 99, 0, 0, 49, 0, 0), Header{WebP, 100, 50}, nil},
		{"webp of 40000 squared", webpHead("VP8X", 0, 0, 0, 0, 0x3f, 0x9c, 0, 0x3f, 0x9c, 0), Header{}, ErrTooLarge{WebP}},
		{"webp of another form", webpHead("ALPH"), Header{}, ErrMalformed{WebP}},
		{"bmp", append([]byte("BM\x00\x00\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00\x28\x00\x00\x00"), make([]byte, 40)...), Header{}, ErrUnsupported{BMP}},
		{"pdf", []byte("%PDF-1.4\n"), Header{}, ErrUnsupported{PDF}},
		{"empty", nil, Header{}, ErrUnsupported{Unknown}},
	}
	for _, c := range cases {
		got, err := ReadHeader(c.head)
		if got != c.want || !errors.Is(err, c.err) {
			t.Errorf("%s: %v, %v; want %v, %v", c.name, got, err, c.want, c.err)
		}
	}
}

// Wherever a picture is cut before its size, the answer is an error, and
// behind that point the whole answer.
func TestReadHeaderOfTruncatedInput(t *testing.T) {
	whole := map[string][]byte{
		"png":      pngHead(64, 32)[:24],
		"jpeg":     jpegHead(64, 32, 0xc0, [2]int{0xe1, 700}),
		"gif":      []byte("GIF89a\x40\x00\x20\x00"),
		"lossy":    webpHead("VP8 ", 0, 0, 0, 0x9d, 0x01, 0x2a, 64, 0, 32, 0)[:30],
		"lossless": webpHead("VP8L", 0x2f, 63, 0xc0, 7, 0)[:25],
		"extended": webpHead("VP8X", 0, 0, 0, 0, 63, 0, 0, 31, 0, 0)[:30],
	}
	for name, head := range whole {
		if name == "jpeg" {
			head = head[:len(head)-1] // the number of channels is not needed
		}
		want, err := ReadHeader(head)
		if err != nil || want.Width != 64 || want.Height != 32 {
			t.Fatalf("%s: %v, %v", name, want, err)
		}
		for n := range head {
			if h, err := ReadHeader(head[:n]); err == nil || h != (Header{}) {
				t.Errorf("%s cut to %d bytes: %v, %v", name, n, h, err)
			}
		}
		if _, err := ReadHeader(head[:len(head)-1]); !errors.Is(err, ErrTruncated{want.Kind}) {
			t.Errorf("%s cut by one byte: %v", name, err)
		}
	}
}

// An error says what is wrong with which kind and holds nothing of the file.
func TestErrorsHoldNoValue(t *testing.T) {
	for _, head := range [][]byte{pngHead(40321, 40321), jpegHead(40321, 40321, 0xc0), []byte("40321 Secret")} {
		_, err := ReadHeader(head)
		if err == nil || strings.Contains(err.Error(), "40321") || strings.Contains(err.Error(), "Secret") {
			t.Errorf("error %v", err)
		}
	}
	for err, want := range map[error]string{
		ErrTooLarge{PNG}:    "png has more pixels than allowed",
		ErrUnsupported{PDF}: "kind pdf is unsupported",
		ErrTruncated{GIF}:   "gif ends before its size",
		ErrMalformed{JPEG}:  "jpeg has a malformed header",
	} {
		if err.Error() != want {
			t.Errorf("%q, want %q", err, want)
		}
	}
	if _, err := ReadHeader(pngHead(40000, 40000)); err.Error() != "read picture: png has more pixels than allowed" {
		t.Error(err)
	}
	if err := Avatar(nil, Header{Kind: PDF}, Portrait{}); err.Error() != "draw avatar: kind pdf is unsupported" {
		t.Error(err)
	}
}

// Whatever the bytes, ReadHeader returns, and what it accepts can be drawn.
func FuzzReadHeader(f *testing.F) {
	f.Add(pngHead(40, 30))
	f.Add(pngHead(40000, 40000))
	f.Add(jpegHead(30, 20, 0xc0, [2]int{0xe1, 100}))
	f.Add([]byte("GIF89a\x40\x01\xf0\x00\x00"))
	f.Add(webpHead("VP8X", 0, 0, 0, 0, 99, 0, 0, 49, 0, 0))
	f.Add(webpHead("VP8L", 0x2f, 63, 0xc0, 7, 0))
	f.Add(webpHead("VP8 ", 0, 0, 0, 0x9d, 0x01, 0x2a, 64, 0, 32, 0))
	f.Fuzz(func(t *testing.T, head []byte) {
		h, err := ReadHeader(head)
		if err != nil {
			if h != (Header{}) {
				t.Fatal("an error and a header")
			}
			return
		}
		if h.check() != nil {
			t.Fatal("accepted what cannot be drawn")
		}
		if Sniff(head, "") != h.Kind {
			t.Fatal("Sniff disagrees")
		}
		if again, err := ReadHeader(append(bytes.Clone(head), "more"...)); err != nil || again != h {
			t.Fatal("more bytes change the answer")
		}
		if h.Width*h.Height <= 4096 {
			file := avatar(t, h, Portrait{"AB", seeded(1)})
			if got, err := ReadHeader(file); err != nil || got != h {
				t.Fatalf("drawn anew as %v, %v", got, err)
			}
		}
	})
}

func BenchmarkReadHeader(b *testing.B) {
	heads := map[string][]byte{"png": pngHead(640, 480), "jpeg": jpegHead(640, 480, 0xc0, [2]int{0xe1, 60000}, [2]int{0xe2, 3000})}
	for name, head := range heads {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := ReadHeader(head); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
