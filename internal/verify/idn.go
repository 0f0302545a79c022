package verify

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// A domain beyond ASCII is written in its letters or as xn--, in other cases and other compositions of its letters. Addresses
// meet in small composed letters. The codes are those of RFC 3492.

// standard appends the form under which an address meets itself; sign is where its @ is, and where it is in what was
// appended.
func standard(dst, address []byte, sign int) (normal []byte, at int) {
	dst = append(dst, address...)
	var all byte
	for i, c := range dst {
		if all |= c; c-'A' < 26 {
			dst[i] = c + 'a' - 'A'
		}
	}
	if all >= utf8.RuneSelf {
		dst = norm.NFKC.Append(dst[:0], bytes.ToLower(address)...)
		sign = bytes.LastIndexByte(dst, '@')
	}
	if domain := dst[sign+1:]; bytes.IndexByte(domain, coding[0]) >= 0 && bytes.Contains(domain, []byte(coding)) {
		dst = append(dst[:sign+1], unicodeDomain(bytes.Clone(domain))...)
	}
	return dst, sign
}

// coding is what a coded label begins with.
const coding = "xn--"

// unicodeDomain returns a domain in small letters with its coded labels decoded, as far as they can be.
func unicodeDomain(domain []byte) []byte {
	labels := bytes.Split(domain, []byte("."))
	for i, label := range labels {
		if rest, is := bytes.CutPrefix(label, []byte(coding)); is {
			if plain, ok := uncode(rest); ok {
				labels[i] = plain
			}
		}
	}
	return bytes.Join(labels, []byte("."))
}

// asciiDomain returns a domain with the labels that are not ASCII coded.
func asciiDomain(domain string) string {
	if !strings.ContainsFunc(domain, func(r rune) bool { return r >= utf8.RuneSelf }) {
		return domain
	}
	labels := strings.Split(domain, ".")
	for i, label := range labels {
		if strings.ContainsFunc(label, func(r rune) bool { return r >= utf8.RuneSelf }) {
			labels[i] = encode(label)
		}
	}
	return strings.Join(labels, ".")
}

// The parameters of RFC 3492, section 5.
const (
	codeBase, codeLeast, codeMost = 36, 1, 26
	codeSkew, codeDamp            = 38, 700
	codeFirst, codeBias           = 128, 72
	longestLabel                  = 63 // bytes; no domain has a longer one
)

// adapt is the bias after a delta, section 6.1.
func adapt(delta, points int, first bool) int {
	if delta /= 2; first {
		delta = delta * 2 / codeDamp
	}
	delta += delta / points
	k := 0
	for ; delta > (codeBase-codeLeast)*codeMost/2; k += codeBase {
		delta /= codeBase - codeLeast
	}
	return k + (codeBase-codeLeast+1)*delta/(delta+codeSkew)
}

// threshold is t of section 6.2.
func threshold(k, bias int) int { return min(max(k-bias, codeLeast), codeMost) }

// uncode decodes what follows xn--.
func uncode(label []byte) (plain []byte, ok bool) {
	if len(label) > longestLabel {
		return nil, false
	}
	var out []rune
	if basic := bytes.LastIndexByte(label, '-'); basic > 0 {
		for _, c := range label[:basic] {
			if c >= utf8.RuneSelf {
				return nil, false
			}
			out = append(out, rune(c))
		}
		label = label[basic+1:]
	}
	point, bias, at := codeFirst, codeBias, 0
	for i := 0; i < len(label); {
		before, weight := at, 1
		for k := codeBase; ; k += codeBase {
			if i == len(label) {
				return nil, false
			}
			digit, is := codeDigit(label[i])
			i++
			if at += digit * weight; !is || at > 1<<40 {
				return nil, false
			}
			t := threshold(k, bias)
			if digit < t {
				break
			}
			weight *= codeBase - t
		}
		n := len(out) + 1
		bias = adapt(at-before, n, before == 0)
		point += at / n
		if at %= n; point > utf8.MaxRune || !utf8.ValidRune(rune(point)) {
			return nil, false
		}
		out = append(out[:at], append([]rune{rune(point)}, out[at:]...)...)
		at++
	}
	return []byte(string(out)), len(out) > 0 && point > codeFirst
}

// codeDigit reads a digit of a code.
func codeDigit(c byte) (int, bool) {
	switch {
	case c >= 'a' && c <= 'z':
		return int(c - 'a'), true
	case c >= '0' && c <= '9':
		return int(c-'0') + 26, true
	}
	return 0, false
}

// encode writes a label as xn--; one that is none stays.
func encode(label string) string {
	points := []rune(label)
	out := []byte(coding)
	for _, r := range points {
		if r < codeFirst {
			out = append(out, byte(r))
		}
	}
	basic := len(out) - len(coding)
	if basic > 0 {
		out = append(out, '-')
	}
	point, bias, delta := rune(codeFirst), codeBias, 0
	for done := basic; done < len(points); point++ {
		next := rune(utf8.MaxRune)
		for _, r := range points {
			if r >= point {
				next = min(next, r)
			}
		}
		delta += int(next-point) * (done + 1)
		point = next
		for _, r := range points {
			if r < point {
				delta++
			}
			if r != point {
				continue
			}
			out = appendCode(out, delta, bias)
			bias = adapt(delta, done+1, done == basic)
			delta, done = 0, done+1
		}
		delta++
	}
	if len(out) > longestLabel || !utf8.ValidString(label) {
		return label
	}
	return string(out)
}

// appendCode writes a number of variable length.
func appendCode(out []byte, n, bias int) []byte {
	const digits = "abcdefghijklmnopqrstuvwxyz0123456789"
	for k := codeBase; ; k += codeBase {
		t := threshold(k, bias)
		if n < t {
			return append(out, digits[n])
		}
		out = append(out, digits[t+(n-t)%(codeBase-t)])
		n = (n - t) / (codeBase - t)
	}
}
