// WebP, lossless form (VP8L), for pictures of few colours: no Go library of
// ours writes it. The format is RFC 9649; of its tools the encoder uses the
// colour table, runs that repeat the row above or the pixel before, and prefix
// codes.

package media

import (
	"encoding/binary"
	"fmt"
	"image"
	"io"
)

// encodeWebP writes a picture of at most 16 opaque colours and at most MaxSide
// pixels a side.
func encodeWebP(dst io.Writer, img *image.Paletted) error {
	width, height := img.Rect.Dx(), img.Rect.Dy()
	if len(img.Palette) == 0 || len(img.Palette) > 16 || width > MaxSide || height > MaxSide {
		return fmt.Errorf("encode WebP: picture out of range")
	}
	w := &bitWriter{}
	w.put(0x2f, 8)
	w.put(uint64(width-1), 14)
	w.put(uint64(height-1), 14)
	w.put(0, 1+3) // no alpha, version 0
	w.put(1, 1)   // a transform:
	w.put(3, 2)   // colour table
	w.put(uint64(len(img.Palette)-1), 8)
	writeTable(w, img)
	w.put(0, 1)   // no more transforms
	w.put(0, 1+1) // no colour cache, one group of prefix codes
	packed, packedWidth := pack(img)
	writePixels(w, packed, packedWidth)
	body := w.bytes()

	out := make([]byte, 0, len(body)+21)
	out = append(out, "RIFF"...)
	out = binary.LittleEndian.AppendUint32(out, uint32(12+len(body)+len(body)&1))
	out = append(out, "WEBPVP8L"...)
	out = binary.LittleEndian.AppendUint32(out, uint32(len(body)))
	out = append(out, body...)
	if len(body)&1 == 1 {
		out = append(out, 0)
	}
	_, err := dst.Write(out)
	return err
}

// writeTable writes the palette as a picture one pixel high in which each
// colour is the difference to the one before, channel by channel.
func writeTable(w *bitWriter, img *image.Paletted) {
	w.put(0, 1) // no colour cache
	var channels [3][]int
	var before [3]uint8
	for _, c := range img.Palette {
		r, g, b, _ := c.RGBA()
		for i, v := range [3]uint8{uint8(g >> 8), uint8(r >> 8), uint8(b >> 8)} {
			channels[i] = append(channels[i], int(v-before[i]))
			before[i] = v
		}
	}
	var codes [3]prefixCode
	for i, values := range channels {
		counts := make([]int, [3]int{256 + 24, 256, 256}[i])
		for _, v := range values {
			counts[v]++
		}
		codes[i] = newPrefixCode(counts)
		codes[i].writeTo(w)
	}
	// The first alpha is 255, each later one differs by 0.
	alpha := make([]int, 256)
	alpha[255]++
	alpha[0] += len(img.Palette) - 1
	alphaCode := newPrefixCode(alpha)
	alphaCode.writeTo(w)
	newPrefixCode(make([]int, 40)).writeTo(w) // no distances
	for i := range img.Palette {
		for c := range codes {
			codes[c].put(w, channels[c][i])
		}
		alphaCode.put(w, 255*max(0, 1-i))
	}
}

// pack puts as many pixels into a byte as their number of bits allows, the
// leftmost lowest, as the colour table demands.
func pack(img *image.Paletted) (packed []byte, width int) {
	bits := 4
	switch n := len(img.Palette); {
	case n <= 2:
		bits = 1
	case n <= 4:
		bits = 2
	}
	per := 8 / bits
	width = (img.Rect.Dx() + per - 1) / per
	packed = make([]byte, 0, width*img.Rect.Dy())
	for y := range img.Rect.Dy() {
		row := img.Pix[y*img.Stride:][:img.Rect.Dx()]
		for x := 0; x < len(row); x += per {
			var b byte
			for i, v := range row[x:min(x+per, len(row))] {
				b |= v << (i * bits)
			}
			packed = append(packed, b)
		}
	}
	return packed, width
}

// The distance codes that are used: the pixel above and the pixel before.
const (
	distanceAbove  = 0
	distanceBefore = 1
)

// token is a literal byte (length 0) or a repetition of length pixels.
type token struct {
	length   int
	distance int
	literal  byte
}

// tokens splits the pixels greedily.
func tokens(pix []byte, width int) []token {
	const shortest, longest = 3, 4096
	run := func(i, back int) int {
		n := 0
		for i >= back && i+n < len(pix) && n < longest && pix[i+n] == pix[i+n-back] {
			n++
		}
		return n
	}
	var out []token
	for i := 0; i < len(pix); {
		above, before := run(i, width), run(i, 1)
		switch {
		case max(above, before) < shortest:
			out = append(out, token{literal: pix[i]})
			i++
		case above >= before:
			out = append(out, token{length: above, distance: distanceAbove})
			i += above
		default:
			out = append(out, token{length: before, distance: distanceBefore})
			i += before
		}
	}
	return out
}

// writePixels writes the codes and the picture. Only the green channel tells
// something: the others are constant and cost no bit.
func writePixels(w *bitWriter, pix []byte, width int) {
	list := tokens(pix, width)
	green, distance := make([]int, 256+24), make([]int, 40)
	for _, t := range list {
		if t.length == 0 {
			green[t.literal]++
			continue
		}
		prefix, _, _ := lengthPrefix(t.length)
		green[256+prefix]++
		distance[t.distance]++
	}
	opaque := make([]int, 256)
	opaque[255] = 1
	greenCode, distanceCode := newPrefixCode(green), newPrefixCode(distance)
	greenCode.writeTo(w)
	newPrefixCode(make([]int, 256)).writeTo(w) // red
	newPrefixCode(make([]int, 256)).writeTo(w) // blue
	newPrefixCode(opaque).writeTo(w)           // alpha
	distanceCode.writeTo(w)
	for _, t := range list {
		if t.length == 0 {
			greenCode.put(w, int(t.literal))
			continue
		}
		prefix, extra, bits := lengthPrefix(t.length)
		greenCode.put(w, 256+prefix)
		w.put(uint64(extra), bits)
		distanceCode.put(w, t.distance)
	}
}

// lengthPrefix splits a length of at least 1 into its prefix symbol and the
// bits that follow it.
func lengthPrefix(length int) (prefix, extra, bits int) {
	v := length - 1
	if v < 4 {
		return v, 0, 0
	}
	high := 0
	for v>>high > 1 {
		high++
	}
	bits = high - 1
	return 2*high + v>>bits&1, v & (1<<bits - 1), bits
}
