package blob

import (
	"mime"
	"net/url"
	"strings"
	"unicode/utf8"
)

// Metadata travels in headers, which hold ASCII; whatever else it says is
// written in one of several codes. A rule must see the text itself, so values
// are decoded before and encoded after.

// codec says how a value stands in its header.
type codec int

const (
	codecPlain       codec = iota // as it is; text beyond ASCII is escaped with %
	codecRaw                      // as it is, bytes beyond ASCII too: the server let them in
	codecComponent                // JavaScript's encodeURIComponent
	codecQuote                    // Python's quote
	codecMinimal                  // only what is not printable ASCII
	codecWord                     // RFC 2047, what S3 answers
	codecDisposition              // RFC 6266: filename*=UTF-8''…
)

// safe lists the bytes, beside letters and digits, that a % code leaves alone.
func (c codec) safe() string {
	switch c {
	case codecComponent:
		return "-_.!~*'()"
	case codecQuote:
		return "-_.~/"
	}
	return "" // codecMinimal: see escape
}

// decode returns the text of a header and how to write text like it again.
func decode(key, raw string) (string, codec) {
	if key == "content-disposition" && strings.Contains(raw, "*=") {
		if kind, params, err := mime.ParseMediaType(raw); err == nil && params["filename"] != "" {
			return kind + `; filename="` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(params["filename"]) + `"`, codecDisposition
		}
	}
	if strings.Contains(raw, "=?") {
		if text, err := new(mime.WordDecoder).DecodeHeader(raw); err == nil && text != raw {
			return text, codecWord
		}
	}
	if strings.Contains(raw, "%") {
		if text, err := url.PathUnescape(raw); err == nil && text != raw && utf8.ValidString(text) {
			for _, c := range []codec{codecComponent, codecQuote, codecMinimal} {
				if strings.EqualFold(c.encode(text), raw) {
					return text, c
				}
			}
		}
	}
	if !isASCII(raw) {
		return raw, codecRaw
	}
	return raw, codecPlain
}

// encode writes text as a header. The result has no control character.
func (c codec) encode(text string) string {
	switch c {
	case codecRaw:
		return strings.Map(func(r rune) rune {
			if r < ' ' || r == 0x7f {
				return ' '
			}
			return r
		}, text)
	case codecWord:
		return mime.QEncoding.Encode("UTF-8", text)
	case codecDisposition:
		return encodeDisposition(text)
	case codecPlain:
		if isASCII(text) {
			return text
		}
	}
	return c.escape(text)
}

// escape writes %XX for every byte that the code does not leave alone.
func (c codec) escape(text string) string {
	const digits = "0123456789ABCDEF"
	safe := c.safe()
	var out strings.Builder
	for i := range len(text) {
		b := text[i]
		plain := b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || strings.IndexByte(safe, b) >= 0
		if safe == "" {
			plain = b >= ' ' && b < 0x7f && b != '%'
		}
		if plain {
			out.WriteByte(b)
		} else {
			out.WriteByte('%')
			out.WriteByte(digits[b>>4])
			out.WriteByte(digits[b&15])
		}
	}
	return out.String()
}

// encodeDisposition writes a disposition whose file name may hold anything.
// Text that is none any more becomes a plain attachment.
func encodeDisposition(text string) string {
	kind, params, err := mime.ParseMediaType(text)
	if err != nil {
		return "attachment"
	}
	if out := mime.FormatMediaType(kind, params); out != "" {
		return out
	}
	return "attachment"
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf || s[i] < ' ' || s[i] == 0x7f {
			return false
		}
	}
	return true
}
