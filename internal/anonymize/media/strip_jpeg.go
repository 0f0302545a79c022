package media

import (
	"bytes"
	"encoding/binary"
)

// stripJPEG keeps what draws the picture. Of the application segments only
// JFIF's first 14 bytes and Adobe's colour transform are kept, and a profile of
// colours with a standard name: any other can name a person's screen. How a
// camera was held is told by EXIF alone, so a picture that has to be turned
// gets an EXIF segment of ours that holds nothing else.
func stripJPEG(body []byte) ([]byte, error) {
	out := append(make([]byte, 0, len(body)), body[:2]...)
	turned := false
	for pos := 2; ; {
		if pos+2 > len(body) {
			return nil, ErrTruncated{Kind: JPEG}
		}
		if body[pos] != 0xff {
			return nil, ErrMalformed{Kind: JPEG}
		}
		marker := body[pos+1]
		switch {
		case marker == 0xff: // a fill byte
			pos++
			continue
		case marker == 0xd9:
			return append(out, 0xff, 0xd9), nil // previews, films and trailers behind it go
		case marker == 0x00 || marker == 0x01 || marker >= 0xd0 && marker <= 0xd8:
			return nil, ErrMalformed{Kind: JPEG}
		}
		if pos+4 > len(body) {
			return nil, ErrTruncated{Kind: JPEG}
		}
		size := 2 + int(binary.BigEndian.Uint16(body[pos+2:]))
		if size < 4 || size > len(body)-pos {
			return nil, ErrTruncated{Kind: JPEG}
		}
		segment := body[pos : pos+size]
		pos += size
		switch {
		case marker == 0xe1 && !turned:
			if way := orientation(segment[4:]); way > 1 {
				out, turned = append(out, turnedBy(way)...), true
			}
		default:
			out = append(out, keptSegment(marker, segment)...)
		}
		if marker == 0xda {
			end := scanEnd(body, pos)
			out = append(out, body[pos:end]...)
			pos = end
		}
	}
}

// keptSegment returns what is kept of a segment.
func keptSegment(marker byte, segment []byte) []byte {
	content := segment[4:]
	switch {
	case marker == 0xe0 && hasPrefix(content, "JFIF\x00") && len(content) >= 14:
		jfif := append([]byte{0xff, 0xe0, 0, 16}, content[:14]...)
		jfif[16], jfif[17] = 0, 0 // no thumbnail
		return jfif
	case marker == 0xee && hasPrefix(content, "Adobe") && len(content) == 12:
		return segment
	case marker == 0xe2 && hasPrefix(content, "ICC_PROFILE\x00\x01\x01") && standardProfile(content[14:]):
		return segment
	case marker >= 0xe0 && marker <= 0xef, marker == 0xfe:
		return nil
	}
	return segment
}

// standardProfile reports a profile of colours that is one of everybody's, by
// the description it carries.
func standardProfile(profile []byte) bool {
	if len(profile) > 4<<10 { // these are small
		return false
	}
	for _, name := range []string{"sRGB IEC61966-2.1", "sRGB built-in", "Display P3", "Adobe RGB (1998)", "c2ci", "sP3C", "uRGB"} {
		wide := make([]byte, 0, 2*len(name))
		for _, c := range []byte(name) {
			wide = append(wide, 0, c)
		}
		if bytes.Contains(profile, []byte(name)) || bytes.Contains(profile, wide) {
			return true
		}
	}
	return false
}

// scanEnd returns where the pixels that begin at pos end: at a marker that is
// neither a zero nor a restart.
func scanEnd(body []byte, pos int) int {
	for pos+1 < len(body) {
		i := bytes.IndexByte(body[pos:len(body)-1], 0xff)
		if i < 0 {
			break
		}
		pos += i
		if next := body[pos+1]; next != 0 && (next < 0xd0 || next > 0xd7) && next != 0xff {
			return pos
		}
		pos++
	}
	return len(body)
}

// orientation reads how a picture is to be turned from an EXIF segment: 1 to 8,
// 0 when it does not say.
func orientation(content []byte) int {
	if !hasPrefix(content, "Exif\x00\x00") {
		return 0
	}
	tiff := content[6:]
	var order binary.ByteOrder
	switch {
	case hasPrefix(tiff, "II*\x00"):
		order = binary.LittleEndian
	case hasPrefix(tiff, "MM\x00*"):
		order = binary.BigEndian
	default:
		return 0
	}
	if len(tiff) < 8 {
		return 0
	}
	first := int(order.Uint32(tiff[4:]))
	if first < 8 || first+2 > len(tiff) {
		return 0
	}
	for n, i := int(order.Uint16(tiff[first:])), 0; i < n; i++ {
		entry := first + 2 + 12*i
		if entry+12 > len(tiff) {
			return 0
		}
		if order.Uint16(tiff[entry:]) == 0x0112 {
			if way := int(order.Uint16(tiff[entry+8:])); way >= 1 && way <= 8 {
				return way
			}
			return 0
		}
	}
	return 0
}

// turnedBy is an EXIF segment that says how a picture is to be turned.
func turnedBy(way int) []byte {
	return []byte("\xff\xe1\x00\x22Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00" + string(rune(way)) + "\x00\x00\x00\x00\x00\x00")
}
