// The size of a picture, read from its header alone: no pixel is decoded, so a
// hostile file costs nothing.

package media

import (
	"encoding/binary"
	"fmt"
)

// ReadHeader tells the format and the pixel size of the picture that begins
// with head; Sniff's magic numbers decide the format, no name is asked. The
// errors are ErrUnsupported (not PNG, JPEG, GIF or WebP), ErrTruncated (head
// ends before the size), ErrMalformed and ErrTooLarge (beyond MaxSide or
// MaxPixels). None holds a value of the file, its size included.
func ReadHeader(head []byte) (Header, error) {
	h := Header{Kind: sniffPicture(head)}
	var err error
	switch h.Kind {
	case PNG:
		h.Width, h.Height, err = sizePNG(head)
	case JPEG:
		h.Width, h.Height, err = sizeJPEG(head)
	case GIF:
		h.Width, h.Height, err = sizeGIF(head)
	case WebP:
		h.Width, h.Height, err = sizeWebP(head)
	default:
		err = ErrUnsupported{Kind: Sniff(head, "")}
	}
	if err == nil {
		err = h.check()
	}
	if err != nil {
		return Header{}, fmt.Errorf("read picture: %w", err)
	}
	return h, nil
}

// sizePNG reads IHDR, which every PNG begins with.
func sizePNG(head []byte) (w, h int, err error) {
	if len(head) < 24 {
		return 0, 0, ErrTruncated{Kind: PNG}
	}
	if !at(head, 12, "IHDR") {
		return 0, 0, ErrMalformed{Kind: PNG}
	}
	return clampSide(binary.BigEndian.Uint32(head[16:])), clampSide(binary.BigEndian.Uint32(head[20:])), nil
}

// clampSide keeps a side of up to 2³²-1 an int on every platform; anything
// beyond MaxSide is refused alike.
func clampSide(v uint32) int { return int(min(v, MaxSide+1)) }

// sizeGIF reads the logical screen, within which all frames lie.
func sizeGIF(head []byte) (w, h int, err error) {
	if len(head) < 10 {
		return 0, 0, ErrTruncated{Kind: GIF}
	}
	return int(binary.LittleEndian.Uint16(head[6:])), int(binary.LittleEndian.Uint16(head[8:])), nil
}

// sizeJPEG walks the segments up to the frame header (SOF). Its size comes
// behind all metadata, previews included, which lie inside segments and are
// stepped over.
func sizeJPEG(head []byte) (w, h int, err error) {
	for p := 2; ; {
		for p < len(head) && head[p] != 0xff { // stray bytes between segments: decoders skip them too
			p++
		}
		for p < len(head) && head[p] == 0xff { // fill bytes
			p++
		}
		if p >= len(head) {
			return 0, 0, ErrTruncated{Kind: JPEG}
		}
		marker := head[p]
		p++
		switch {
		case marker == 0x00 || marker == 0x01 || marker >= 0xd0 && marker <= 0xd8:
			continue // no length follows
		case marker == 0xd9 || marker == 0xda: // end, or pixels before a frame header
			return 0, 0, ErrMalformed{Kind: JPEG}
		}
		if p+2 > len(head) {
			return 0, 0, ErrTruncated{Kind: JPEG}
		}
		n := int(binary.BigEndian.Uint16(head[p:]))
		if n < 2 {
			return 0, 0, ErrMalformed{Kind: JPEG}
		}
		if isSOF(marker) {
			if p+7 > len(head) {
				return 0, 0, ErrTruncated{Kind: JPEG}
			}
			return int(binary.BigEndian.Uint16(head[p+5:])), int(binary.BigEndian.Uint16(head[p+3:])), nil
		}
		p += n
	}
}

// isSOF reports a frame header: C0 to CF without DHT, JPG and DAC.
func isSOF(marker byte) bool {
	return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc
}

// sizeWebP reads the first chunk: lossy, lossless, or the canvas of the
// extended format.
func sizeWebP(head []byte) (w, h int, err error) {
	if len(head) < 25 || len(head) < 30 && !at(head, 12, "VP8L") { // a lossless one may end before 30
		return 0, 0, ErrTruncated{Kind: WebP}
	}
	body := head[20:]
	switch string(head[12:16]) {
	case "VP8 ":
		if !at(body, 3, "\x9d\x01\x2a") {
			return 0, 0, ErrMalformed{Kind: WebP}
		}
		return int(binary.LittleEndian.Uint16(body[6:]) & 0x3fff), int(binary.LittleEndian.Uint16(body[8:]) & 0x3fff), nil
	case "VP8L":
		if body[0] != 0x2f {
			return 0, 0, ErrMalformed{Kind: WebP}
		}
		v := binary.LittleEndian.Uint32(body[1:])
		return int(v&0x3fff) + 1, int(v>>14&0x3fff) + 1, nil
	case "VP8X":
		return int(uint24(body[4:])) + 1, int(uint24(body[7:])) + 1, nil
	}
	return 0, 0, ErrMalformed{Kind: WebP}
}

func uint24(b []byte) uint32 { return uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 }
