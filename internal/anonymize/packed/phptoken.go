package packed

import (
	"bytes"
	"math"
	"strconv"
	"unicode/utf8"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/text"
)

// This room cuts PHP's serialisation into tokens.

// phpToken is a value as far as it can be read without what is inside it.
type phpToken struct {
	kind  byte      // as it is written: N b i d s E R r a O C
	text  []byte    // of a scalar; the number of a reference; the content of a C
	count int       // members of a or O
	at    text.Span // digits of that count, or of a C's length
	end   int       // behind the value; behind the { of a or O
}

// phpTokenAt reads the token at i.
func phpTokenAt(s []byte, i int) (t phpToken, ok bool) {
	if i+1 >= len(s) {
		return t, false
	}
	t.kind = s[i]
	if t.kind == 'N' {
		t.end = i + 2
		return t, s[i+1] == ';'
	}
	if s[i+1] != ':' {
		return t, false
	}
	i += 2
	switch t.kind {
	case 'b', 'i', 'd', 'R', 'r':
		return t.simple(s, i)
	case 's', 'E':
		body, end, ok := phpQuoted(s, i)
		t.text, t.end = body, end+1
		return t, ok && end < len(s) && s[end] == ';'
	case 'O', 'C':
		_, end, ok := phpQuoted(s, i)
		if !ok || end >= len(s) || s[end] != ':' {
			return t, false
		}
		i = end + 1
	case 'a':
	default:
		return t, false
	}
	return t.open(s, i)
}

// simple reads what stands between a colon at i and a semicolon.
func (t phpToken) simple(s []byte, i int) (phpToken, bool) {
	n := bytes.IndexByte(s[i:min(len(s), i+longestScalar)], ';')
	if n <= 0 {
		return t, false
	}
	t.text, t.end = s[i:i+n], i+n+1
	switch t.kind {
	case 'b':
		return t, n == 1 && (t.text[0] == '0' || t.text[0] == '1')
	case 'd':
		f, err := strconv.ParseFloat(string(t.text), 64)
		return t, err == nil || math.IsInf(f, 0) // beyond its range is a number, too
	}
	_, err := strconv.ParseInt(string(t.text), 10, 64)
	return t, err == nil && t.text[0] != '+'
}

// longestScalar is the longest number that is read, in bytes.
const longestScalar = 400

// open reads the count and the opening brace of an array or object, or the whole content of a C.
func (t phpToken) open(s []byte, i int) (phpToken, bool) {
	n, end, ok := phpCount(s, i)
	t.at = text.Span{Start: i, End: end}
	if !ok || end+1 >= len(s) || s[end] != ':' || s[end+1] != '{' {
		return t, false
	}
	t.end, t.count = end+2, n
	if t.kind != 'C' {
		return t, n <= (len(s)-t.end)/4 // a key and a value take four bytes at least
	}
	if n >= len(s)-t.end || s[t.end+n] != '}' {
		return t, false
	}
	t.text = s[t.end : t.end+n]
	t.end += n + 1
	return t, true
}

// phpCount reads a length without sign.
func phpCount(s []byte, i int) (n, end int, ok bool) {
	for end = i; end < len(s) && end < i+10 && s[end] >= '0' && s[end] <= '9'; end++ {
		n = n*10 + int(s[end]-'0')
	}
	return n, end, end > i
}

// phpQuoted reads 5:"bytes" and returns the end behind the quote.
func phpQuoted(s []byte, i int) (body []byte, end int, ok bool) {
	n, i, ok := phpCount(s, i)
	if !ok || i+2 > len(s) || s[i] != ':' || s[i+1] != '"' {
		return nil, 0, false
	}
	if i += 2; n >= len(s)-i || s[i+n] != '"' {
		return nil, 0, false
	}
	return s[i : i+n], i + n + 1, true
}

func appendPHPString(dst, value []byte) []byte {
	dst = strconv.AppendInt(append(dst, "s:"...), int64(len(value)), 10)
	dst = append(append(dst, `:"`...), value...)
	return append(dst, `";`...)
}

// phpScan proves a value, and tells arrays with the keys 0 to n−1 from others.
type phpScan struct {
	s     []byte
	lists []bool // of arrays and objects, in the order in which they open
}

// whole reports whether all of s is one value.
func (p *phpScan) whole() bool { return p.value(0, 0) == len(p.s) }

// session reports whether all of s is a session.
func (p *phpScan) session() bool {
	i := 0
	for i < len(p.s) {
		name := sessionName(p.s, i)
		if name == nil {
			return false
		}
		if i = p.value(i+len(name)+1, 0); i < 0 {
			return false
		}
	}
	return i > 0
}

// sessionName returns the name of the variable at i, nil if there is none. A name is text.
func sessionName(s []byte, i int) []byte {
	n := bytes.IndexByte(s[i:min(len(s), i+longestName)], '|')
	if n <= 0 || !utf8.Valid(s[i:i+n]) {
		return nil
	}
	return s[i : i+n]
}

// value returns the end of the value at i, or −1.
func (p *phpScan) value(i, depth int) int {
	t, ok := phpTokenAt(p.s, i)
	switch {
	case !ok || depth > deepest:
		return -1
	case t.kind != 'a' && t.kind != 'O':
		return t.end
	}
	n := len(p.lists)
	p.lists = append(p.lists, false)
	list := t.kind == 'a'
	i = t.end
	for k := range t.count {
		key, ok := phpTokenAt(p.s, i)
		if !ok || key.kind != 's' && key.kind != 'i' {
			return -1
		}
		list = list && key.kind == 'i' && string(key.text) == strconv.Itoa(k)
		if i = p.value(key.end, depth+1); i < 0 {
			return -1
		}
	}
	p.lists[n] = list
	if i >= len(p.s) || p.s[i] != '}' {
		return -1
	}
	return i + 1
}
