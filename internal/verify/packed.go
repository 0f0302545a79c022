package verify

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/binary"
	"io"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// This room undoes what hides a whole text: compression, UTF-16, and characters
// that nobody sees.

// largestPacked bounds what a compressed value may grow to, in bytes.
const largestPacked = 16 << 20

// packed reports what unpack might undo although it has no zero.
func packed(value []byte) bool {
	switch value[0] {
	case 0x1f, 0x78, 0xFE, 0xFF:
		return true
	}
	return value[0] >= 0x80 && value[0] <= 0x9f || value[0] >= 0xdc && value[0] <= 0xdf // MessagePack
}

// unpack appends the text of a value that is compressed, MessagePack or UTF-16 as a whole.
func unpack(dst, value []byte) (inner []byte, unpacked bool) {
	if inner, unpacked = unmessage(dst, value); unpacked {
		return inner, true
	}
	if len(value) < 8 {
		return dst, false
	}
	var r io.ReadCloser
	var err error
	switch {
	case value[0] == 0x1f && value[1] == 0x8b && value[2] == 8:
		r, err = gzip.NewReader(bytes.NewReader(value))
	case value[0] == 0x78 && binary.BigEndian.Uint16(value)%31 == 0:
		r, err = zlib.NewReader(bytes.NewReader(value))
	default:
		return wide(dst, value)
	}
	if err != nil {
		return dst, false
	}
	defer r.Close()
	b := bytes.NewBuffer(dst)
	n, _ := io.Copy(b, io.LimitReader(r, largestPacked)) // what can be read of a broken one counts
	return b.Bytes(), n > 0
}

// wide appends UTF-16 as UTF-8: what begins with its mark, or has its zeros.
func wide(dst, value []byte) (inner []byte, is bool) {
	head := value[:min(len(value), sniffed)]
	var order binary.ByteOrder
	switch {
	case head[0] == 0xFF && head[1] == 0xFE:
		order = binary.LittleEndian
	case head[0] == 0xFE && head[1] == 0xFF:
		order = binary.BigEndian
	case bytes.IndexByte(head, 0) < 0:
		return dst, false
	default:
		var zeros [2]int
		for i, c := range head {
			if c == 0 {
				zeros[i%2]++
			}
		}
		switch half := len(head) / 2; {
		case zeros[1] > half*2/3 && zeros[0] < half/10+1:
			order = binary.LittleEndian
		case zeros[0] > half*2/3 && zeros[1] < half/10+1:
			order = binary.BigEndian
		default:
			return dst, false
		}
	}
	for i := 0; i+1 < len(value); i += 2 {
		r := rune(order.Uint16(value[i:]))
		if utf16.IsSurrogate(r) && i+3 < len(value) {
			r = utf16.DecodeRune(r, rune(order.Uint16(value[i+2:])))
			i += 2
		}
		dst = utf8.AppendRune(dst, r)
	}
	return dst, true
}

// unseen appends value without characters that nobody sees, and with the wide
// signs of an address as plain ones.
func unseen(dst, value []byte) (inner []byte, found bool) {
	if bytes.IndexByte(value, 0xE2) < 0 && bytes.IndexByte(value, 0xEF) < 0 && bytes.IndexByte(value, 0xC2) < 0 {
		return dst, false
	}
	for i := 0; i < len(value); {
		if value[i] < 0xC2 {
			dst = append(dst, value[i])
			i++
			continue
		}
		r, n := utf8.DecodeRune(value[i:])
		switch {
		case r == '＠' || r == '﹫':
			dst, found = append(dst, '@'), true
		case r == '．':
			dst, found = append(dst, '.'), true
		case n > 1 && unicode.Is(unicode.Cf, r):
			found = true
		default:
			dst = append(dst, value[i:i+n]...)
		}
		i += n
	}
	return dst, found
}
