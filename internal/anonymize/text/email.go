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
	var f emailSearch
	f.begin(s)
	for f.next() {
		dst = append(dst, f.at)
	}
	return dst
}

// emailSearch finds one address after the other.
type emailSearch struct {
	signs signSearch
	at    Span // the address in hand
}

func (f *emailSearch) begin(s []byte) { f.signs, f.at = signSearch{s: s, plain: -1, wide: -1}, Span{} }

// next goes on to the next address; false at the end.
func (f *emailSearch) next() bool {
	for {
		sign, ok := f.signs.next()
		if !ok {
			return false
		}
		if start, end := addressAt(f.signs.s, sign, f.at.End); end > 0 {
			f.at = Span{start, end}
			f.signs.behind(end)
			return true
		}
	}
}

// signSearch finds at signs from left to right. The usual one and the wide ones are looked for apart, so that a text
// without wide characters costs two quick passes.
type signSearch struct {
	s           []byte
	plain, wide int // offsets of the next ones; len(s) for none, -1 at the beginning
}

// next returns the next at sign.
func (f *signSearch) next() (sign Span, ok bool) {
	if f.plain < 0 {
		f.plain, f.wide = f.findPlain(0), f.findWide(0)
	}
	if at := min(f.plain, f.wide); at == len(f.s) {
		return Span{}, false
	}
	if f.plain < f.wide {
		sign = Span{f.plain, f.plain + 1}
		f.plain = f.findPlain(sign.End)
		return sign, true
	}
	sign = Span{f.wide, f.wide + len("＠")}
	f.wide = f.findWide(sign.End)
	return sign, true
}

// behind goes on at off.
func (f *signSearch) behind(off int) {
	if f.plain < off {
		f.plain = f.findPlain(off)
	}
	if f.wide < off {
		f.wide = f.findWide(off)
	}
}

func (f *signSearch) findPlain(i int) int {
	if k := bytes.IndexByte(f.s[i:], '@'); k >= 0 {
		return i + k
	}
	return len(f.s)
}

// findWide finds ＠ and ﹫, which begin with the same byte.
func (f *signSearch) findWide(i int) int {
	for {
		k := bytes.IndexByte(f.s[i:], "＠"[0])
		if k < 0 {
			return len(f.s)
		}
		i += k
		if r, _ := utf8.DecodeRune(f.s[i:]); atSign(r) {
			return i
		}
		i++
	}
}

// addressAt returns the address around an at sign, not before floor; end is 0 if there is none.
func addressAt(s []byte, sign Span, floor int) (start, end int) {
	if end = domainEnd(s, sign.End); end < 0 {
		return 0, 0
	}
	if start = localStart(s, sign.Start, floor); !letters(s[start:sign.Start], 1) {
		return 0, 0
	}
	return start, end
}

// FindURLEmails is FindEmails for addresses inside a URL, whose at sign is written %40.
func FindURLEmails(dst []Span, s []byte) []Span {
	sign := []byte("%40")
	for i, last := 0, 0; ; {
		at := bytes.Index(s[i:], sign)
		if at < 0 {
			return dst
		}
		at += i
		i = at + len(sign)
		if start, end := addressAt(s, Span{at, i}, last); end > 0 {
			dst = append(dst, Span{start, end})
			last, i = end, end
		}
	}
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
	i, first, wide := at, at, false // first: where the character next to the sign ends
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
		if invisible(r) {
			if i -= n; i+n == first {
				first = i
			}
			continue
		}
		if i == first {
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
	i, label, end, dots, wide := start, start, -1, 0, false
	for i < limit {
		r, n := rune(s[i]), 1
		if r >= utf8.RuneSelf {
			r, n = utf8.DecodeRune(s[i:limit])
		}
		switch {
		case stop(r):
			if i == label || s[i-1] == '-' {
				return tidyDomain(s, start, end, dots-1)
			}
			end = i
			dots++
			label = i + n
		case r == '-' && i > label || r < utf8.RuneSelf && lower[byte(r)] != separator:
		case r < utf8.RuneSelf:
			limit = i
			continue
		case invisible(r):
			if i == label { // it is no label
				label = i + n
			}
		default:
			if i == label && dots == 0 {
				wide = solitary(r)
			}
			// After the first dot a label that begins in ASCII ends where text without blanks begins: 例子.cnまで.
			glued := !wide || dots > 0 && i > label && s[label] < utf8.RuneSelf
			if k := classOf(r, n); k == outside || k == alone && glued || k == mark && i == label {
				limit = i
				continue
			}
		}
		i += n
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
	top := domain
	if i := bytes.LastIndexFunc(domain, stop); i >= 0 {
		_, n := utf8.DecodeRune(domain[i:])
		top = domain[i+n:]
	}
	for r, n := utf8.DecodeRune(top); invisible(r); r, n = utf8.DecodeRune(top) {
		top = top[n:]
	}
	if !letters(top, 2) || lower[top[0]] <= '9' && lower[top[0]] >= '0' {
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

// letters reports whether s has at least so many characters that are not marks.
func letters(s []byte, n int) bool {
	for i := 0; i < len(s) && n > 0; {
		if s[i] < utf8.RuneSelf {
			i++
			n--
			continue
		}
		r, size := utf8.DecodeRune(s[i:])
		if classOf(r, size) != mark {
			n--
		}
		i += size
	}
	return n <= 0
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
