// The metadata of pictures and Office files, taken out. No pixel is decoded
// and what is seen stays as it is.

package media

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
)

// Strip returns a file without its metadata: who made it, when, where and with
// what. Pictures (PNG, JPEG, GIF, WebP) keep what draws them, Office files
// (DOCX, XLSX, PPTX) all that is read in them. The errors are ErrUnsupported,
// for any other kind and for a file with a part that is not known to be free of
// metadata, ErrMalformed, ErrTruncated and ErrTooLarge; the file must not be
// passed on then.
func Strip(body []byte) ([]byte, error) {
	switch kind := Sniff(body[:min(len(body), HeadBytes)], ""); kind {
	case PNG:
		return stripPNG(body)
	case JPEG:
		return stripJPEG(body)
	case GIF:
		return stripGIF(body)
	case WebP:
		return stripWebP(body)
	case DOCX, XLSX, PPTX:
		return stripOffice(body, kind)
	default:
		return nil, ErrUnsupported{Kind: kind}
	}
}

// stripPNG keeps the chunks that draw the picture. Chunks that a viewer may
// ignore go, known or not; an unknown one that it may not ignore is an error.
func stripPNG(body []byte) ([]byte, error) {
	out := append([]byte(nil), body[:8]...)
	for pos := 8; ; {
		if pos+12 > len(body) {
			return nil, ErrTruncated{Kind: PNG}
		}
		size := int(binary.BigEndian.Uint32(body[pos:]))
		if size > len(body)-pos-12 {
			return nil, ErrTruncated{Kind: PNG}
		}
		chunk := body[pos : pos+12+size]
		if crc32.ChecksumIEEE(chunk[4:8+size]) != binary.BigEndian.Uint32(chunk[8+size:]) {
			return nil, ErrMalformed{Kind: PNG}
		}
		switch name := string(chunk[4:8]); name {
		case "IHDR", "PLTE", "IDAT", "tRNS", "gAMA", "cHRM", "sRGB", "cICP", "sBIT", "bKGD", "hIST", "pHYs", "acTL", "fcTL", "fdAT":
			out = append(out, chunk...)
		case "IEND":
			return append(out, chunk...), nil // what comes behind is no part of the picture
		default:
			if name[0] < 'a' {
				return nil, ErrUnsupported{Kind: PNG}
			}
		}
		pos += len(chunk)
	}
}

// stripGIF keeps pictures, their timing, and how often an animation repeats.
func stripGIF(body []byte) ([]byte, error) {
	if len(body) < 13 {
		return nil, ErrTruncated{Kind: GIF}
	}
	pos := 13 + colours(body[10])
	if pos > len(body) {
		return nil, ErrTruncated{Kind: GIF}
	}
	out := append([]byte(nil), body[:pos]...)
	for pos < len(body) {
		start := pos
		keep := true
		switch body[pos] {
		case 0x3b:
			return append(out, 0x3b), nil
		case 0x2c:
			if pos+11 > len(body) {
				return nil, ErrTruncated{Kind: GIF}
			}
			pos += 11 + colours(body[pos+9])
		case 0x21:
			if pos+3 > len(body) {
				return nil, ErrTruncated{Kind: GIF}
			}
			loops := body[pos+1] == 0xff && (at(body, pos+3, "NETSCAPE2.0") || at(body, pos+3, "ANIMEXTS1.0")) && at(body, pos+14, "\x03\x01")
			keep = body[pos+1] == 0xf9 || loops
			pos += 2
		default:
			return nil, ErrMalformed{Kind: GIF}
		}
		for pos < len(body) && body[pos] != 0 {
			pos += 1 + int(body[pos])
		}
		if pos >= len(body) {
			return nil, ErrTruncated{Kind: GIF}
		}
		if pos++; keep && body[start] == 0x21 && pos-start != map[byte]int{0xf9: 8, 0xff: 19}[body[start+1]] { // room for more than its form has
			return nil, ErrMalformed{Kind: GIF}
		}
		if keep {
			out = append(out, body[start:pos]...)
		}
	}
	return nil, ErrTruncated{Kind: GIF}
}

// colours returns the bytes of a colour table by its flags.
func colours(flags byte) int {
	if flags&0x80 == 0 {
		return 0
	}
	return 3 << (flags&7 + 1)
}

// The flags of a WebP's extended header that say what else is in the file.
const (
	webpProfile = 1 << 5
	webpEXIF    = 1 << 3
	webpXMP     = 1 << 2
)

// stripWebP keeps the pictures, their transparency and their timing.
func stripWebP(body []byte) ([]byte, error) {
	if len(body) < 12 {
		return nil, ErrTruncated{Kind: WebP}
	}
	end := 8 + int(binary.LittleEndian.Uint32(body[4:]))
	if end > len(body) || end < 12 {
		return nil, ErrTruncated{Kind: WebP}
	}
	out := append([]byte(nil), body[:12]...)
	for pos := 12; pos < end; {
		if pos+8 > end {
			return nil, ErrTruncated{Kind: WebP}
		}
		size := int(binary.LittleEndian.Uint32(body[pos+4:]))
		size += size & 1
		if size > end-pos-8 {
			return nil, ErrTruncated{Kind: WebP}
		}
		chunk := body[pos : pos+8+size]
		switch string(chunk[:4]) {
		case "VP8X":
			if size < 10 {
				return nil, ErrMalformed{Kind: WebP}
			}
			chunk = bytes.Clone(chunk)
			chunk[8] &^= webpProfile | webpEXIF | webpXMP
			out = append(out, chunk...)
		case "ANMF":
			if !plainFrame(chunk) {
				return nil, ErrUnsupported{Kind: WebP}
			}
			out = append(out, chunk...)
		case "VP8 ", "VP8L", "ALPH", "ANIM":
			out = append(out, chunk...)
		}
		pos += 8 + size
	}
	binary.LittleEndian.PutUint32(out[4:], uint32(len(out)-8))
	return out, nil
}

// plainFrame reports a frame of an animation that holds nothing but its
// picture.
func plainFrame(chunk []byte) bool {
	for pos := 8 + 16; pos < len(chunk); {
		if pos+8 > len(chunk) {
			return false
		}
		switch string(chunk[pos : pos+4]) {
		case "VP8 ", "VP8L", "ALPH":
		default:
			return false
		}
		size := int(binary.LittleEndian.Uint32(chunk[pos+4:]))
		pos += 8 + size + size&1
	}
	return true
}
