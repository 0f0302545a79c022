package verify

import (
	"bytes"
	"encoding/base64"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
)

// This room undoes what hides a text in mail, calendars and cards:
// quoted-printable, encoded words, lines that are folded, and charsets. What
// only looks like one of them is read both ways, so a view holds no more than
// what stands around a code.

// nearby is how much of a text is read on both sides of a code, in bytes.
const nearby = 120

// documents looks through the codes of documents in a value that lies below n
// layers.
func (in *Inspector) documents(at *Field, value []byte, n int) {
	in.learn(value)
	for _, undo := range [...]func(dst, value []byte) []byte{unquoted, unfolded} {
		inner := undo(in.spare[:0], value)
		if in.spare = inner; len(inner) > 0 {
			in.spare = nil
			in.eightBit(at, inner, n+1)
		}
	}
}

// eightBit looks at a text of a charset that is not known for sure.
func (in *Inspector) eightBit(at *Field, inner []byte, n int) {
	if utf8.Valid(inner) {
		in.deeper(at, inner, n)
		return
	}
	in.deeper(at, western(nil, inner), n)
	for _, codec := range in.codecs {
		if text, err := codec.NewDecoder().Bytes(inner); err == nil {
			in.deeper(at, text, n)
		}
	}
}

// western appends a text in UTF-8, with each byte that is none read as
// Windows-1252.
func western(dst, value []byte) []byte {
	for len(value) > 0 {
		r, n := utf8.DecodeRune(value)
		if r == utf8.RuneError && n == 1 {
			r = charmap.Windows1252.DecodeByte(value[0])
		}
		dst = utf8.AppendRune(dst, r)
		value = value[n:]
	}
	return dst
}

// maxCodecs is how many charsets are remembered.
const maxCodecs = 4

// learn remembers the charsets that documents name: what stands in one may
// come with a later value.
func (in *Inspector) learn(value []byte) {
	for _, sign := range [...]string{"charset=", "CHARSET=", "encoding=", "=?"} {
		for pos := 0; ; {
			i := bytes.Index(value[pos:], []byte(sign))
			if i < 0 {
				break
			}
			pos += i + len(sign)
			label := bytes.TrimLeft(value[pos:min(len(value), pos+30)], `"'`)
			if end := bytes.IndexAny(label, "\"' ;?:*>\r\n/"); end > 0 {
				in.remember(string(label[:end]))
			}
		}
	}
}

func (in *Inspector) remember(label string) {
	codec, err := htmlindex.Get(label)
	if err != nil || slices.Contains(in.codecs, codec) {
		return
	}
	if name, _ := htmlindex.Name(codec); name == "utf-8" || name == "windows-1252" || strings.HasPrefix(name, "utf-16") {
		return // read as such anyway
	}
	if len(in.codecs) == maxCodecs {
		in.codecs = slices.Delete(in.codecs, 0, 1)
	}
	in.codecs = append(in.codecs, encoding.Encoding(codec))
}

// unquoted appends what stands around every code of quoted-printable and every
// encoded word, decoded.
func unquoted(dst, value []byte) []byte {
	return views(dst, value, '=', func(dst []byte, i int) (_ []byte, end int) {
		if i+1 < len(value) && value[i+1] == '?' {
			return encodedWord(dst, value, i)
		}
		return quotedCode(dst, value, i)
	})
}

// unfolded appends what stands around every fold, without it: the end of a line
// and one blank in the middle of something.
func unfolded(dst, value []byte) []byte {
	return views(dst, value, '\n', func(dst []byte, i int) (_ []byte, end int) {
		before := i - 1
		if before > 0 && value[before] == '\r' {
			before--
		}
		if before < 0 || i+2 >= len(value) || value[i+1] != ' ' && value[i+1] != '\t' || value[i+2] <= ' ' {
			return dst, i
		}
		if c := value[before]; c <= ' ' || bytes.IndexByte([]byte(",;{[>"), c) >= 0 {
			return dst, i
		}
		return dst[:len(dst)-(i-1-before)], i + 2
	})
}

// views appends the surroundings of every code that begins with a sign; one
// appends what the code at i means and returns where it ends, i for none.
func views(dst, value []byte, sign byte, one func(dst []byte, i int) ([]byte, int)) []byte {
	done := 0 // value is read up to here
	open := false
	for i := 0; i < len(value); {
		k := bytes.IndexByte(value[i:], sign)
		if k < 0 {
			break
		}
		i += k
		mark, from := len(dst), done
		if open && i-done > 2*nearby {
			dst = append(append(dst, behind(value[done:])...), '\n', '\n')
			from = before(value, i)
		} else if !open {
			from = before(value, i)
		}
		dst = append(dst, value[from:i]...)
		out, end := one(dst, i)
		if end == i {
			dst = dst[:mark]
			i++
			continue
		}
		dst, open = out, true
		i, done = end, end
	}
	if open {
		dst = append(dst, behind(value[done:])...)
	}
	return dst
}

// apart is what an address or a word does not go over: half an address would
// be one that nobody knows.
const apart = " \n\r\t\"'<>,;"

// before returns where the surroundings of a code at i begin.
func before(value []byte, i int) int {
	if i <= nearby {
		return 0
	}
	if k := bytes.IndexAny(value[i-nearby:i], apart); k >= 0 {
		return i - nearby + k
	}
	return i
}

// behind returns what is read of what follows a code.
func behind(rest []byte) []byte {
	if len(rest) <= nearby {
		return rest
	}
	return rest[:bytes.LastIndexAny(rest[:nearby], apart)+1]
}

// quotedCode reads =C3, or the = of a line that goes on.
func quotedCode(dst, value []byte, i int) (_ []byte, end int) {
	if i+2 < len(value) {
		hi, ok := unhex(value[i+1])
		lo, ok2 := unhex(value[i+2])
		if ok && ok2 {
			return append(dst, hi<<4|lo), i + 3
		}
	}
	end = i + 1
	for end < len(value) && (value[end] == ' ' || value[end] == '\t' || value[end] == '\r') {
		end++
	}
	if end < len(value) && value[end] == '\n' {
		return dst, end + 1
	}
	return dst, i
}

// encodedWord reads =?charset?Q?…?= and the blanks behind it that stand before
// another.
func encodedWord(dst, value []byte, i int) (_ []byte, end int) {
	rest := value[i+2 : min(len(value), i+1000)]
	parts := bytes.SplitN(rest, []byte{'?'}, 4)
	if len(parts) < 4 || len(parts[1]) != 1 || len(parts[3]) == 0 || parts[3][0] != '=' {
		return dst, i
	}
	end = i + 2 + len(parts[0]) + 1 + 1 + 1 + len(parts[2]) + 2
	var raw []byte
	if parts[1][0]|0x20 == 'b' {
		packed := bytes.TrimRight(parts[2], "=")
		raw = make([]byte, base64.RawStdEncoding.DecodedLen(len(packed)))
		n, _ := base64.RawStdEncoding.Decode(raw, packed)
		raw = raw[:n]
	} else {
		for k := 0; k < len(parts[2]); {
			var next int
			if raw, next = quotedCode(raw, parts[2], k); next == k || parts[2][k] != '=' {
				c := parts[2][k]
				if c == '_' {
					c = ' '
				}
				raw, next = append(raw, c), k+1
			}
			k = next
		}
	}
	label, _, _ := strings.Cut(string(parts[0]), "*")
	if codec, err := htmlindex.Get(label); err == nil && !utf8.Valid(raw) {
		if text, err := codec.NewDecoder().Bytes(raw); err == nil && !bytes.ContainsRune(text, utf8.RuneError) {
			raw = text
		}
	}
	if gap := len(value[end:]) - len(bytes.TrimLeft(value[end:min(len(value), end+80)], " \t\r\n")) - max(0, len(value)-end-80); gap > 0 && bytes.HasPrefix(value[end+gap:], []byte("=?")) {
		end += gap
	}
	return append(dst, raw...), end
}
