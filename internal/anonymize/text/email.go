package text

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// This room finds e-mail addresses without a regular expression: find the at sign, which is rare, and expand both
// ways. An address here has a non-empty local part and a domain with at least one dot; letters of any script are
// allowed on both sides.

// longestAddress bounds the expansion to each side, in bytes, so that hostile text costs linear time.
const longestAddress = 320

// Span is the half-open byte range [Start, End) of a value.
type Span struct{ Start, End int }

// FindEmails appends the addresses in s from left to right; they do not overlap. Punctuation around an address, such
// as the full stop of its sentence, is not part of it.
func FindEmails(dst []Span, s []byte) []Span {
	return findAddresses(dst, s, "@")
}

// FindURLEmails is FindEmails for addresses inside a URL, whose at sign is written %40.
func FindURLEmails(dst []Span, s []byte) []Span {
	return findAddresses(dst, s, "%40")
}

func findAddresses(dst []Span, s []byte, sign string) []Span {
	last := 0
	for i := 0; i < len(s); {
		at := bytes.IndexByte(s[i:], sign[0])
		if at < 0 {
			break
		}
		at += i
		i = at + 1
		if len(sign) > 1 && !bytes.HasPrefix(s[at:], []byte(sign)) {
			continue
		}
		end := domainEnd(s, at+len(sign))
		if end < 0 {
			continue
		}
		start := localStart(s, at, last)
		if start == at {
			continue
		}
		dst = append(dst, Span{start, end})
		last, i = end, end
	}
	return dst
}

// localStart returns where the local part before the sign at begins, not before floor; at itself if there is none.
func localStart(s []byte, at, floor int) int {
	floor = max(floor, at-longestAddress)
	if at > floor && s[at-1] == '"' {
		return quotedStart(s, at, floor)
	}
	start := expandLocal(s, at, floor)
	// A bounce address carries the recipient's: bounces+jane=acme.com@mailer. Elsewhere = is not part of it.
	if start > floor && start < at && s[start-1] == '=' {
		more := expandLocal(s, start-1, floor)
		for more < start && isEdge(s[more]) {
			more++
		}
		if bytes.IndexByte(s[more:start], '+') > 0 {
			start = more
		}
	}
	for start < at && isEdge(s[start]) {
		start++
	}
	return start
}

// expandLocal walks left from at over the characters of a local part.
func expandLocal(s []byte, at, floor int) int {
	i, wide := at, false
	for i > floor {
		c := s[i-1]
		if c < utf8.RuneSelf {
			if lower[c] == separator && !isLocal(c) {
				break
			}
			i--
			continue
		}
		r, n := utf8.DecodeLastRune(s[floor:i])
		if i == at {
			wide = solitary(r)
		}
		// Text without blanks must not be swallowed: an address begun in another script ends at it.
		if k := classOf(r, n); k == outside || k == alone && !wide {
			break
		}
		i -= n
	}
	return i
}

// isLocal reports the punctuation of a local part. Characters that more often delimit one are left out.
func isLocal(c byte) bool {
	switch c {
	case '.', '_', '-', '+', '\'', '!', '#', '$', '*', '^', '~':
		return true
	}
	return false
}

// isEdge reports punctuation that cannot begin a local part and so belongs to the text before it.
func isEdge(c byte) bool {
	switch c {
	case '.', '-', '\'', '+', '*', '~', '!', '#', '$', '^', '=':
		return true
	}
	return false
}

// quotedStart handles "jane doe"@acme.com.
func quotedStart(s []byte, at, floor int) int {
	for i := at - 2; i >= floor; i-- {
		switch s[i] {
		case '"':
			if i == at-2 {
				return at
			}
			return i
		case '\n', '@', '\\', '<', '>':
			return at
		}
	}
	return at
}

// domainEnd returns the end of the domain that begins at start, or -1 if there is none with a dot.
func domainEnd(s []byte, start int) int {
	limit := min(len(s), start+longestAddress)
	i, label, end, dots := start, start, -1, 0
	r, n := utf8.DecodeRune(s[start:limit])
	wide := n > 1 && solitary(r)
	for i < limit {
		c := s[i]
		switch {
		case c == '.':
			if i == label || s[i-1] == '-' {
				return tidyDomain(s, start, end, dots-1)
			}
			end = i
			dots++
			label = i + 1
			i++
		case c == '-' && i > label || c < utf8.RuneSelf && lower[c] != separator:
			i++
		case c >= utf8.RuneSelf:
			r, n := utf8.DecodeRune(s[i:limit])
			k := classOf(r, n)
			if k == outside || k == alone && !wide || k == mark && i == label {
				limit = i
				continue
			}
			i += n
		default:
			limit = i
		}
	}
	for i > label && s[i-1] == '-' {
		i--
	}
	if i > label {
		return tidyDomain(s, start, i, dots)
	}
	return tidyDomain(s, start, end, dots-1)
}

// tidyDomain judges the domain s[start:end] with its number of inner dots.
func tidyDomain(s []byte, start, end, dots int) int {
	if end < 0 || dots < 1 {
		return -1
	}
	domain := s[start:end]
	top := domain[bytes.LastIndexByte(domain, '.')+1:]
	if letters(top) < 2 || lower[top[0]] <= '9' && lower[top[0]] >= '0' {
		return -1
	}
	// icon@2x.png is a picture for a dense screen.
	if dots == 1 && len(domain) > 3 && domain[1]|0x20 == 'x' && domain[2] == '.' {
		switch strings.ToLower(string(top)) {
		case "png", "jpg", "jpeg", "gif", "webp", "svg", "avif":
			return -1
		}
	}
	return end
}

// letters counts the characters of s that are not marks.
func letters(s []byte) int {
	n := 0
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRune(s[i:])
		if classOf(r, size) != mark {
			n++
		}
		i += size
	}
	return n
}

// NormalEmail appends the form under which spellings of one address meet: blanks and a mailto: cut off, composed,
// lower case. ok is false, and dst unchanged, when raw is not plausibly one address (n/a, two addresses, no domain).
func NormalEmail(dst, raw []byte) (normal []byte, ok bool) {
	s := trimBlanks(raw)
	if len(s) > 2 && s[0] == '<' && s[len(s)-1] == '>' {
		s = trimBlanks(s[1 : len(s)-1])
	}
	if scheme := "mailto:"; len(s) > len(scheme) && bytes.EqualFold(s[:len(scheme)], []byte(scheme)) {
		s = s[len(scheme):]
	}
	at := bytes.LastIndexByte(s, '@')
	if at < 1 || len(s) > longestAddress || !utf8.Valid(s) || !plausible(s, at) {
		return dst, false
	}
	mark := len(dst)
	for _, c := range s {
		if c >= utf8.RuneSelf {
			dst = norm.NFC.Append(dst[:mark], bytes.ToLower(s)...)
			break
		}
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		dst = append(dst, c)
	}
	return dst, true
}

// plausible checks both sides of the at sign.
func plausible(s []byte, at int) bool {
	if s[0] == '"' {
		return at > 2 && s[at-1] == '"' && domainEnd(s, at+1) == len(s)
	}
	for i := 0; i < at; {
		r, n := utf8.DecodeRune(s[i:])
		if r == '@' || r == ',' || r == ';' || r == '"' || r == '(' || r == ')' || r == '<' || r == '>' || r == ':' ||
			isBlank(r) || unicode.IsControl(r) || r == utf8.RuneError {
			return false
		}
		i += n
	}
	return domainEnd(s, at+1) == len(s)
}
