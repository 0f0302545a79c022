package person

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/ruleset"
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
// no e-mail: exactly one @, something on both sides of it, no blanks, a dot
// inside the domain.
func NormalEmail(dst, raw []byte) ([]byte, bool) {
	raw = bytes.TrimSpace(raw)
	at := bytes.IndexByte(raw, '@')
	if at < 1 || len(raw) > 320 || bytes.IndexByte(raw[at+1:], '@') >= 0 || bytes.ContainsAny(raw, " \t\r\n<>\",;") || raw[0] == '\'' || raw[len(raw)-1] == '\'' {
		return dst, false
	}
	domain := raw[at+1:]
	if dot := bytes.LastIndexByte(domain, '.'); dot < 1 || dot == len(domain)-1 {
		return dst, false
	}
	for _, c := range raw {
		if c >= 0x80 {
			return norm.NFC.Append(dst, bytes.ToLower(raw)...), true
		}
	}
	for _, c := range raw {
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		dst = append(dst, c)
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
	for len(raw) > 0 {
		c, n := utf8.DecodeRune(raw)
		raw = raw[n:]
		switch {
		case c >= '0' && c <= '9':
			dst = append(dst, byte(c))
		case strings.ContainsRune(" +-./()\t", c), c > utf8.RuneSelf && unicode.In(c, unicode.Zs, unicode.Pd, unicode.Cf):
		default:
			return dst[:start], false
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
// Berg").
func SplitName(full string) (given, family string) {
	full = strings.Join(strings.Fields(full), " ")
	if last, first, ok := strings.Cut(full, ","); ok {
		return strings.TrimSpace(first), strings.TrimSpace(last)
	}
	words := strings.Split(full, " ")
	if len(words) == 1 {
		return "", full
	}
	cut := len(words) - 1
	for i := 1; i < len(words)-1; i++ {
		if isParticle(words[i]) {
			cut = i
			break
		}
	}
	return strings.Join(words[:cut], " "), strings.Join(words[cut:], " ")
}

// isParticle reports whether a word belongs to the family name after it.
func isParticle(word string) bool {
	switch strings.ToLower(word) {
	case "de", "del", "della", "der", "den", "di", "da", "dos", "du", "la", "le", "van", "von", "zu", "al", "el", "bin", "ibn", "ter", "ten":
		return true
	}
	return false
}
