package blob

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/jpeg"
	"image/png"
	"testing"
)

// pngWith makes a PNG of a size that says something in a text chunk.
func pngWith(t *testing.T, width, height int, comment string) string {
	t.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, image.NewGray(image.Rect(0, 0, width, height))); err != nil {
		t.Fatal(err)
	}
	chunk := append([]byte("tEXtAuthor\x00"), comment...)
	var size, sum [4]byte
	binary.BigEndian.PutUint32(size[:], uint32(len(chunk)-4))
	binary.BigEndian.PutUint32(sum[:], crc32.ChecksumIEEE(chunk))
	const header = 8 + 25 // signature and IHDR
	all := out.Bytes()
	return string(all[:header]) + string(size[:]) + string(chunk) + string(sum[:]) + string(all[header:])
}

// jpegWith makes a JPEG of a size whose EXIF segment says something.
func jpegWith(t *testing.T, width, height int, comment string) string {
	t.Helper()
	var out bytes.Buffer
	if err := jpeg.Encode(&out, image.NewGray(image.Rect(0, 0, width, height)), nil); err != nil {
		t.Fatal(err)
	}
	exif := append([]byte("Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08\x00\x00"), comment...)
	var size [2]byte
	binary.BigEndian.PutUint16(size[:], uint16(len(exif)+2))
	all := out.Bytes()
	return string(all[:2]) + "\xff\xe1" + string(size[:]) + string(exif) + string(all[2:])
}

// sizeOf returns format and size of a picture.
func sizeOf(t *testing.T, body string) (format string, width, height int) {
	t.Helper()
	c, format, err := image.DecodeConfig(bytes.NewReader([]byte(body)))
	if err != nil {
		t.Fatalf("decode a picture: %v", err)
	}
	return format, c.Width, c.Height
}
