package verify

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"
)

// longestAddress bounds the expansion to each side of an @, in bytes.
const longestAddress = 320

// emails finds every @, expands to both sides and judges the address.
func (in *Inspector) emails(at *Field, value []byte) {
	for i := 0; ; {
		n := bytes.IndexByte(value[i:], '@')
		if n < 0 {
			return
		}
		i += n + 1
		a := spread(value, i-1)
		if a.lo < a.at && a.hi > a.at+1 {
			in.judge(at, a)
		}
	}
}

// address is what surrounds the @ at position at of a text.
type address struct {
	text       []byte
	lo, at, hi int
}

// spread expands an @ to both sides: over what addresses are made of, and
// letters of any script.
func spread(text []byte, at int) address {
	a := address{text, at, at, at + 1}
	for a.lo > max(0, at-longestAddress) {
		n := 1
		if c := text[a.lo-1]; c >= utf8.RuneSelf {
			var r rune
			if r, n = utf8.DecodeLastRune(text[:a.lo]); !letter(r, n) {
				break
			}
		} else if !localByte(c) {
			break
		}
		a.lo -= n
	}
	for a.lo < at && text[a.lo] == '.' {
		a.lo++
	}
	for a.hi < min(len(text), at+longestAddress) {
		n := 1
		if c := text[a.hi]; c >= utf8.RuneSelf {
			var r rune
			if r, n = utf8.DecodeRune(text[a.hi:]); !letter(r, n) {
				break
			}
		} else if !domainByte(c) {
			break
		}
		a.hi += n
	}
	for a.hi > at+1 && (text[a.hi-1] == '.' || text[a.hi-1] == '-') {
		a.hi--
	}
	return a
}

// letter reports a letter, mark or digit that was decoded from n bytes.
func letter(r rune, n int) bool { return n > 1 && unicode.In(r, unicode.L, unicode.M, unicode.Nd) }

func localByte(c byte) bool {
	return localBytes[c]
}

// localBytes are what stands before an @.
var localBytes = localTable()

func localTable() (t [256]bool) {
	for i := range t {
		t[i] = domainByte(byte(i)) || strings.IndexByte("_+%&'*/=?^`{|}~!#$", byte(i)) >= 0
	}
	return t
}

func domainByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c == '-' || c == '.' || c >= utf8.RuneSelf
}

// judge tells a known address, wherever it begins and ends in what surrounds
// the @, from a pseudonym, and both from an address of nobody we know.
func (in *Inspector) judge(at *Field, a address) {
	full, sign := standard(in.address[:0], a.text[a.lo:a.hi], a.at-a.lo)
	in.address = full
	fine := false
	for end := len(full); end > 0; end = domainEnd(full, sign+1, end) {
		domain := full[sign+1 : end]
		verdict := in.domainOf(domain)
		for start := 0; start < sign && verdict.wanted; start++ {
			if start > 0 && !edge(full, start) {
				continue
			}
			switch one := full[start:end]; {
			case string(one) == in.w.control.Value:
				in.controls++
				return
			case in.known(one, sign-start):
				in.leak(at, "e-mail", one)
				return
			}
		}
		pseudonym := verdict.allowed && (end == len(full) || full[end] >= utf8.RuneSelf || !verdict.kept)
		fine = fine || pseudonym || string(domain) == controlDomain // an earlier run's control
	}
	if !fine && !in.guesses && plausible(a) && !a.goesOn() {
		in.leak(at, "e-mail of an unknown domain", full)
	}
}

// verdict is what is known of a domain.
type verdict struct {
	wanted  bool // somebody's address, or the control's, is there
	allowed bool // addresses there may stand in a copy
	kept    bool // since the rules keep the domain
}

// lastDomain is a domain that was asked for before: in most columns it is one
// of a few.
type lastDomain struct {
	name []byte
	verdict
}

// domainOf returns what is known of a domain.
func (in *Inspector) domainOf(domain []byte) verdict {
	h := in.w.letters.bytes(domain)
	last := &in.domains[h%uint64(len(in.domains))]
	if string(last.name) != string(domain) {
		last.name = append(last.name[:0], domain...)
		name := string(domain)
		last.verdict = verdict{in.w.domains.has(h), in.w.allowed(name), in.w.kept(name)}
	}
	return last.verdict
}

// known reports a known address, also one with a tag: jane+news@acme.com.
func (in *Inspector) known(one []byte, sign int) bool {
	h := in.w.letters
	if in.w.emails.has(h.bytes(one)) {
		return true
	}
	plus := bytes.IndexByte(one[:sign], '+')
	return plus > 0 && in.w.emails.has(h.bytes(append(append(make([]byte, 0, len(one)), one[:plus]...), one[sign:]...)))
}

// edge reports whether an address may begin at i: after punctuation, or where
// another script begins.
func edge(s []byte, i int) bool {
	before, c := s[i-1], s[i]
	if before >= utf8.RuneSelf || c >= utf8.RuneSelf {
		return before < utf8.RuneSelf || c < utf8.RuneSelf
	}
	return before != '_' && !domainByte(before)
}

// domainEnd returns the next shorter end of the domain that begins at start,
// 0 when there is none: after each label from the second on, and where another
// script begins.
func domainEnd(s []byte, start, end int) int {
	for i := end - 1; i > start; i-- {
		switch c := s[i]; {
		case c == '.' || c == '-', c >= utf8.RuneSelf && s[i-1] < utf8.RuneSelf:
			if bytes.IndexByte(s[start:i], '.') >= 0 {
				return i
			}
		}
	}
	return 0
}

// plausible reports whether an address of nobody we know looks like one:
// its domain ends in letters, it is no version (react@18.2.0) and no picture
// for a dense screen (icon@2x.png), and somebody is before the @. Within binary data, where such bytes meet
// by accident, it must be a long and plain one.
func plausible(a address) bool {
	domain := a.text[a.at+1 : a.hi]
	dot := bytes.LastIndexByte(domain, '.')
	if dot < 1 || bytes.Contains(domain, []byte("..")) || !topLevel(domain[dot+1:]) {
		return false
	}
	first, rest, _ := bytes.Cut(domain, []byte("."))
	if digits(first) && bytes.IndexByte(rest, '.') > 0 || len(first) == 2 && first[0] >= '0' && first[0] <= '9' && first[1]|0x20 == 'x' && rest[0] > '9' && bytes.IndexByte(rest, '.') < 0 {
		return false
	}
	return a.named() && (isText(a) || plain(a, dot))
}

// named reports a letter or a digit right before the @, but for signs that addresses have: ?@acme.com asks where that is.
func (a address) named() bool {
	for i := a.at - 1; i >= a.lo; i-- {
		if c := a.text[i]; nameByte(c) || c == '_' {
			return true
		} else if c != '.' && strings.IndexByte("-+'!#$*^~", c) < 0 {
			return false
		}
	}
	return false
}

func nameByte(c byte) bool { return domainByte(c) && c != '.' && c != '-' }

func digits(s []byte) bool {
	for _, c := range s {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(s) > 0
}

// topLevel reports a label of two letters or more, or one in punycode.
func topLevel(s []byte) bool {
	if bytes.HasPrefix(bytes.ToLower(s), []byte("xn--")) {
		return true
	}
	n := 0
	for len(s) > 0 {
		r, size := utf8.DecodeRune(s)
		if !unicode.IsLetter(r) && !unicode.IsMark(r) {
			return n >= 2 && r >= utf8.RuneSelf && r != utf8.RuneError
		}
		n++
		s = s[size:]
	}
	return n >= 2
}

// around is how many bytes on each side show what an address stands in.
const around = 16

// isText reports whether an address and what stands around it are text.
func isText(a address) bool {
	lo, hi := max(0, a.lo-around), min(len(a.text), a.hi+around)
	for lo > 0 && lo > a.lo-around-utf8.UTFMax && !utf8.RuneStart(a.text[lo]) {
		lo--
	}
	for hi < len(a.text) && hi < a.hi+around+utf8.UTFMax && !utf8.RuneStart(a.text[hi]) {
		hi++
	}
	s := a.text[lo:hi]
	for _, c := range s {
		if c < ' ' && c != '\t' && c != '\n' && c != '\r' || c == 0x7F {
			return false
		}
	}
	return utf8.Valid(s)
}

// plain reports an address of four ASCII characters or more at a domain whose
// last label but one has three, all of the domain in one case. In random bytes
// that is met once in some hundred gigabytes.
func plain(a address, dot int) bool {
	n := 0
	for i := a.at - 1; i >= a.lo && a.text[i] < utf8.RuneSelf && (nameByte(a.text[i]) || a.text[i] == '.'); i-- {
		n++
	}
	domain := a.text[a.at+1 : a.hi]
	label := domain[bytes.LastIndexByte(domain[:dot], '.')+1 : dot]
	if n < 4 || len(label) < 3 {
		return false
	}
	for _, c := range domain {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return bytes.Equal(domain, bytes.ToLower(domain)) || bytes.Equal(domain, bytes.ToUpper(domain))
}
