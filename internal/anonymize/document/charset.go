package document

import (
	"bytes"
	"strconv"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/unicode/norm"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/media"
)

// charset is how a text is encoded: its byte order mark, and what makes UTF-8
// of the rest; nil where it is UTF-8.
type charset struct {
	mark  []byte
	codec encoding.Encoding
	html  bool // what it lacks is written as &#233;
}

// charsetOf finds the charset of a body: its mark, what it declares, or
// Windows-1252 for what is no UTF-8.
func charsetOf(kind media.Kind, b []byte) charset {
	c := charset{html: kind == media.HTML || kind == media.XML || kind == media.SVG}
	switch {
	case bytes.HasPrefix(b, []byte("\xEF\xBB\xBF")):
		c.mark = b[:3]
		return c
	case bytes.HasPrefix(b, []byte("\xFF\xFE")):
		c.mark, c.codec = b[:2], unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
		return c
	case bytes.HasPrefix(b, []byte("\xFE\xFF")):
		c.mark, c.codec = b[:2], unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
		return c
	}
	if c.html {
		if label := declared(b[:min(len(b), 1024)]); label != "" && !isUTF16(label) {
			if known, ok := named(label); ok {
				c.codec = known
				return c
			}
		}
	}
	if !utf8.Valid(b) {
		c.codec = charmap.Windows1252
	}
	return c
}

// declared returns what follows encoding= or charset= at the beginning of a
// document.
func declared(head []byte) string {
	low := bytes.ToLower(head)
	for _, sign := range []string{"encoding=", "charset="} {
		i := bytes.Index(low, []byte(sign))
		if i < 0 {
			continue
		}
		rest := bytes.TrimLeft(low[i+len(sign):], `"' `)
		if end := bytes.IndexAny(rest, "\"' ?>;/"); end > 0 {
			return string(rest[:end])
		}
	}
	return ""
}

// isUTF16 reports a label that lies: what declares itself so in single bytes is
// none.
func isUTF16(label string) bool {
	return len(label) > 5 && (label[:6] == "utf-16" || label[:5] == "ucs-2")
}

// named returns the codec of a label, nil for UTF-8 and ASCII; ok is false for
// one that nobody knows.
func named(label string) (codec encoding.Encoding, ok bool) {
	codec, err := htmlindex.Get(label)
	if err != nil {
		return nil, false
	}
	if name, _ := htmlindex.Name(codec); name == "utf-8" {
		return nil, true
	}
	return codec, true
}

// Recode passes a text of a kind through fn in UTF-8 and writes what comes of it
// in the charset that the text is in. A text that would not come back as it
// was, if nothing were changed, is ErrMalformed.
func Recode(kind media.Kind, body []byte, fn func(plain []byte) ([]byte, error)) ([]byte, error) {
	return charsetOf(kind, body).recode(body, fn)
}

// recode is Recode for a text in a charset that is known.
func (c charset) recode(body []byte, fn func(plain []byte) ([]byte, error)) ([]byte, error) {
	raw := body[len(c.mark):]
	plain := raw
	if c.codec != nil {
		var ok bool
		if plain, ok = c.decode(raw); !ok {
			return nil, ErrMalformed
		}
	} else if !utf8.Valid(raw) {
		return nil, ErrMalformed
	}
	out, err := fn(plain)
	if err != nil {
		return nil, err
	}
	if bytes.Equal(out, plain) {
		return body, nil
	}
	return append(bytes.Clone(c.mark), c.encode(out)...), nil
}

// decode makes UTF-8; ok is false for what does not come back as it was, such
// as a byte without a meaning.
func (c charset) decode(raw []byte) (plain []byte, ok bool) {
	if c.codec == nil {
		return raw, utf8.Valid(raw)
	}
	plain, err := c.codec.NewDecoder().Bytes(raw)
	if err != nil {
		return nil, false
	}
	again, err := c.codec.NewEncoder().Bytes(plain)
	return plain, err == nil && bytes.Equal(again, raw)
}

// encode writes UTF-8 in the charset. What it has no letter for loses its
// marks, or is named by its number in markup.
func (c charset) encode(plain []byte) []byte {
	if c.codec == nil {
		return plain
	}
	enc := c.codec.NewEncoder()
	if out, err := enc.Bytes(plain); err == nil {
		return out
	}
	var utf []byte
	for _, ch := range string(plain) {
		utf = c.appendRune(utf, ch)
	}
	out, err := encoding.ReplaceUnsupported(c.codec.NewEncoder()).Bytes(utf)
	if err != nil {
		return bytes.Repeat([]byte{'?'}, utf8.RuneCount(plain)) // no original passes
	}
	return out
}

// appendRune appends a character, as far as the charset has it.
func (c charset) appendRune(dst []byte, ch rune) []byte {
	has := func(s string) bool {
		_, err := c.codec.NewEncoder().String(s)
		return err == nil
	}
	switch {
	case ch < utf8.RuneSelf || has(string(ch)):
		return utf8.AppendRune(dst, ch)
	case c.html:
		return appendNumber(dst, ch)
	}
	base, _ := utf8.DecodeRuneInString(norm.NFD.String(string(ch)))
	if base != ch && has(string(base)) {
		return utf8.AppendRune(dst, base)
	}
	return append(dst, '?')
}

// appendNumber appends a character by its number, as markup has it.
func appendNumber(dst []byte, ch rune) []byte {
	return append(strconv.AppendInt(append(dst, "&#"...), int64(ch), 10), ';')
}
