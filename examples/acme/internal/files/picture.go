// Package files makes the bytes of the demo tenant's objects: portraits with
// the metadata that cameras write, and documents.
package files

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"slices"
)

// Size is the width and height of a portrait in pixels.
const Size = 96

// Album holds a few drawn portraits in both formats. Drawing is what takes
// time, so people share pixels and differ in metadata.
type Album struct{ pngs, jpegs [][]byte }

// NewAlbum draws twelve portraits.
func NewAlbum() (*Album, error) {
	a := &Album{}
	for i := range 12 {
		img := portrait(i)
		var p, j bytes.Buffer
		if err := png.Encode(&p, img); err != nil {
			return nil, err
		}
		if err := jpeg.Encode(&j, img, &jpeg.Options{Quality: 80}); err != nil {
			return nil, err
		}
		a.pngs, a.jpegs = append(a.pngs, p.Bytes()), append(a.jpegs, j.Bytes())
	}
	return a, nil
}

// PNG returns portrait n, with the name as its author in a tEXt chunk.
func (a *Album) PNG(n int, name string) []byte {
	base := a.pngs[n%len(a.pngs)]
	const afterHeader = 8 + 25 // signature and IHDR
	text := append([]byte("tEXtAuthor\x00"), name...)
	chunk := binary.BigEndian.AppendUint32(nil, uint32(len(text)-4))
	chunk = append(chunk, text...)
	chunk = binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(text))
	return slices.Concat(base[:afterHeader], chunk, base[afterHeader:])
}

// JPEG returns portrait n, with an EXIF segment that holds the name as artist
// and where the picture was taken.
func (a *Album) JPEG(n int, name string) []byte {
	base := a.jpegs[n%len(a.jpegs)]
	body := append([]byte("Exif\x00\x00"), exif(name)...)
	segment := binary.BigEndian.AppendUint16([]byte{0xFF, 0xE1}, uint16(len(body)+2))
	return slices.Concat(base[:2], segment, body, base[2:])
}

// exif is a little-endian TIFF block: the first directory has the maker, the
// artist and a pointer to the second, which has the position.
func exif(name string) []byte {
	const (
		first   = 8
		entries = 3
		gps     = first + 2 + entries*12 + 4
		data    = gps + 2 + 4*12 + 4
	)
	var b, tail []byte
	b = append(b, 'I', 'I', 42, 0, first, 0, 0, 0)
	entry := func(tag, kind uint16, count, value uint32) {
		b = binary.LittleEndian.AppendUint16(b, tag)
		b = binary.LittleEndian.AppendUint16(b, kind)
		b = binary.LittleEndian.AppendUint32(b, count)
		b = binary.LittleEndian.AppendUint32(b, value)
	}
	later := func(v []byte) uint32 { // what does not fit an entry comes behind the directories
		at := uint32(data + len(tail))
		tail = append(tail, v...)
		return at
	}
	text := func(tag uint16, s string) {
		v := append([]byte(s), 0)
		entry(tag, 2, uint32(len(v)), later(v))
	}
	degrees := func(d, m, s uint32) uint32 {
		var v []byte
		for _, n := range []uint32{d, 1, m, 1, s, 1} {
			v = binary.LittleEndian.AppendUint32(v, n)
		}
		return later(v)
	}
	b = binary.LittleEndian.AppendUint16(b, entries)
	text(0x010F, "Badge camera 3")
	text(0x013B, name)
	entry(0x8825, 4, 1, gps)
	b = append(b, 0, 0, 0, 0) // no further directory
	b = binary.LittleEndian.AppendUint16(b, 4)
	entry(1, 2, 2, 'N')
	entry(2, 5, 3, degrees(51, 30, 36))
	entry(3, 2, 2, 'W')
	entry(4, 5, 3, degrees(0, 5, 42))
	b = append(b, 0, 0, 0, 0)
	return append(b, tail...)
}

// portrait draws a head and shoulders.
func portrait(n int) image.Image {
	shade := func(i int, base uint8) color.NRGBA {
		return color.NRGBA{base + uint8(i*37%90), base + uint8(i*61%80), base + uint8(i*17%100), 255}
	}
	back, skin, coat := shade(n, 140), color.NRGBA{uint8(150 + n*8), uint8(110 + n*9), uint8(80 + n*9), 255}, shade(n+5, 30)
	img := image.NewNRGBA(image.Rect(0, 0, Size, Size))
	inside := func(x, y, cx, cy, rx, ry int) bool {
		dx, dy := (x-cx)*ry, (y-cy)*rx
		return dx*dx+dy*dy < rx*rx*ry*ry
	}
	for y := range Size {
		for x := range Size {
			c := back
			c.R -= uint8(y / 3) // a light from above
			switch {
			case inside(x, y, 48, 40, 17, 22):
				c = skin
			case inside(x, y, 48, 34, 21, 24):
				c = shade(n+2, 20)
			case inside(x, y, 48, 98, 38, 34):
				c = coat
			}
			img.SetNRGBA(x, y, c)
		}
	}
	return img
}

// Logo draws the company's logo.
func Logo() ([]byte, error) {
	img := image.NewPaletted(image.Rect(0, 0, 200, 60), color.Palette{color.White, color.NRGBA{20, 90, 160, 255}, color.NRGBA{250, 180, 30, 255}})
	for y := range 60 {
		for x := range 200 {
			switch {
			case (x-30)*(x-30)+(y-30)*(y-30) < 600:
				img.SetColorIndex(x, y, 1)
			case x > 65 && x < 190 && y > 24 && y < 36:
				img.SetColorIndex(x, y, 2)
			}
		}
	}
	var b bytes.Buffer
	err := png.Encode(&b, img)
	return b.Bytes(), err
}
