package person

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/ruleset"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/text"
)

// Columns says where one declared source keeps its people; Group is the
// source's name ("users"), ID the column that names a person in it.
type Columns = ruleset.Source

// Record is one row of a declared source. Empty strings stand for NULL.
type Record struct {
	Source string   // Columns.Group
	ID     string   // value of Columns.ID, in text form
	Links  []string // ids (see Ref) of rows of other sources that are the same person, by foreign key

	Name, First, Last, Email, Phone, Locale string
}

// Ref returns the id by which other records link to a row: "users:17".
func Ref(source, id string) string { return source + ":" + id }

// NormalEmail appends the form of an e-mail under which equal ones meet:
// trimmed, composed, in lower case. It reports false, and appends nothing, for what is
// no e-mail: exactly one @, something on both sides of it, no blanks, no scheme
// or path in front, a dot inside the domain.
func NormalEmail(dst, raw []byte) ([]byte, bool) {
	raw = bytes.TrimSpace(raw)
	start, at, dot, wide := len(dst), -1, -1, false
	if len(raw) == 0 || len(raw) > 320 || raw[0] == '\'' || raw[len(raw)-1] == '\'' {
		return dst, false
	}
	for i, c := range raw {
		switch {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
		case c >= 'A' && c <= 'Z':
			c += 'a' - 'A'
		case c == '.':
			dot = i
		case c == '@' && at < 0:
			at = i
		case c >= 0x80:
			wide = true
		case strings.IndexByte("@ \t\r\n<>\",;:/()", c) >= 0:
			return dst[:start], false
		}
		dst = append(dst, c)
	}
	if at < 1 || dot < at+2 || dot == len(raw)-1 {
		return dst[:start], false
	}
	if wide {
		return norm.NFC.Append(dst[:start], bytes.ToLower(raw)...), true
	}
	return dst, true
}

// NormalPhone appends the digits of a phone number to dst, with 00 in front
// read as +; fewer than seven digits are no phone number. Between them may
// stand the blanks and dashes of any script, and what is not seen.
func NormalPhone(dst, raw []byte) ([]byte, bool) {
	start := len(dst)
	raw = bytes.TrimSpace(raw)
	plus := len(raw) > 0 && raw[0] == '+'
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; c {
		case '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
			dst = append(dst, c)
		case ' ', '+', '-', '.', '/', '(', ')', '\t':
		default:
			r, n := utf8.DecodeRune(raw[i:])
			if r <= utf8.RuneSelf || !unicode.In(r, unicode.Zs, unicode.Pd, unicode.Cf) {
				return dst[:start], false
			}
			i += n - 1
		}
	}
	digits := dst[start:]
	if !plus && bytes.HasPrefix(digits, []byte("00")) {
		dst = append(dst[:start], digits[2:]...)
	}
	n := len(dst) - start
	if n < 7 || n > 17 {
		return dst[:start], false
	}
	return dst, true
}

// SplitName parts a full name into given and family name: at the comma of
// "Last, First", else before the last word or its particle ("Jan | van der
// Berg"). Chinese, Japanese, Korean and Vietnamese ones begin with the family
// name; where no blank ends it, it is one character or two (see splitUnspaced).
// The locale tells Vietnamese, and Chinese from Japanese.
func SplitName(full, locale string) (given, family string) {
	full = strings.Join(strings.Fields(full), " ")
	if last, first, ok := strings.Cut(full, ","); ok {
		return strings.TrimSpace(first), strings.TrimSpace(last)
	}
	in := scriptOf(full)
	words := strings.Split(full, " ")
	switch {
	case len(words) == 1 && in.unspaced():
		return splitUnspaced(full, in, locale)
	case len(words) == 1:
		return "", full
	case in.unspaced(), in == latin && len(words[0]) < len(full) && (isLanguage(locale, "vi") || locale == "" && vietnamese(full)):
		return strings.Join(words[1:], " "), words[0]
	}
	cut := len(words) - 1
	for i := 1; i < len(words)-1; i++ {
		if text.Particle(words[i]) {
			cut = i
			break
		}
	}
	return strings.Join(words[:cut], " "), strings.Join(words[cut:], " ")
}
