package verify

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
)

// A phone number is digits, and so is everything else in a database. What
// equals a known number is a leak only where it is written like one: with a
// plus, in groups, or too long to be a serial number. A bare short one is a
// hint, and the column decides (see column).

// run is a sequence of digit groups with the separators that phones have.
type run struct {
	groups [12]struct{ from, to int } // in digits
	dots   int                        // groups that follow a dot
	n      int
	dialed bool // a plus or tel: stands before it
}

// phones looks for known numbers. It reports whether the whole value is one
// that proves nothing alone.
func (in *Inspector) phones(at *Field, value []byte) hint {
	only := noHint
	for i := 0; i < len(value); {
		if value[i]-'0' > 9 {
			if i++; i+8 > len(value) {
				continue
			}
			if some := numeral(binary.LittleEndian.Uint64(value[i:])); some == 0 {
				i += 8
			} else {
				i += bits.TrailingZeros64(some) / 8
			}
			continue
		}
		start := i
		for i < len(value) && value[i]-'0' <= 9 {
			i++
		}
		if i-start < fewestDigits && (i == len(value) || !separates(value[i])) {
			continue // by far the most frequent case
		}
		if i = in.read(value, start); len(in.digits) < fewestDigits {
			continue
		}
		if in.judgeRun(at, &in.run) == knownNumber && start == 0 && i == len(value) {
			only = knownNumber
		}
	}
	return only
}

// numeral marks, by its high bit, each of eight bytes that is a digit.
func numeral(eight uint64) uint64 {
	low := eight &^ highBits
	return (low + (0x80-'0')*ones) &^ (low + (0x7f-'9')*ones) &^ eight & highBits
}

// fewestDigits is the length of the shortest phone number.
const fewestDigits = 7

// separates reports a byte that a separator of digit groups may begin with.
func separates(c byte) bool {
	switch c {
	case ' ', '-', '.', '/', '(', ')', '+', '\t', 0xC2, 0xE2:
		return true
	}
	return false
}

// read collects the run that begins at i into in.run and in.digits and returns
// where it ends.
func (in *Inspector) read(s []byte, i int) int {
	r := &in.run
	r.n, r.dots = 0, 0
	in.digits = in.digits[:0]
	r.dialed = i > 0 && s[i-1] == '+' && (i == 1 || in.w.letters.ascii[s[i-2]] == 0) || i > 1 && s[i-1] == '(' && s[i-2] == '+' || i > 3 && bytes.EqualFold(s[i-4:i], []byte("tel:"))
	for r.n < len(r.groups) {
		from := len(in.digits)
		for i < len(s) && s[i]-'0' <= 9 {
			in.digits = append(in.digits, s[i])
			i++
		}
		r.groups[r.n].from, r.groups[r.n].to = from, len(in.digits)
		r.n++
		next := separator(s, i)
		if next < 0 {
			break
		}
		if next == i+1 && s[i] == '.' {
			r.dots++
		}
		i = next
	}
	return i
}

// separator returns where the next group of digits begins behind up to four
// separators, -1 if none does.
func separator(s []byte, i int) int {
	for n := 0; n < 4 && i < len(s); n++ {
		switch c := s[i]; {
		case c < utf8.RuneSelf && separates(c):
			i++
		case c == 0xC2 && i+1 < len(s) && s[i+1] == 0xA0: // no-break space
			i += 2
		case c == 0xE2 && i+2 < len(s) && s[i+1] == 0x80 && (s[i+2] >= 0x90 && s[i+2] <= 0x95 || s[i+2] == 0xAF): // hyphens, narrow space
			i += utf8.RuneLen('‐')
		default:
			return -1
		}
		if i < len(s) && s[i]-'0' <= 9 {
			return i
		}
	}
	return -1
}

// judgeRun looks at every sequence of whole groups.
func (in *Inspector) judgeRun(at *Field, r *run) hint {
	weak := noHint
	for a := range r.n {
		for b := r.n - 1; b >= a; b-- {
			d := in.digits[r.groups[a].from:r.groups[b].to]
			if len(d) < fewestDigits || len(d) > 19 {
				continue
			}
			number := bytes.TrimLeft(d, "0")
			if !in.knows(number, a == 0 && (r.dialed || len(d)-len(number) == 2)) {
				continue
			}
			if r.strong(a, b, len(d)-len(number), d) {
				in.leak(at, "phone", number)
				return noHint
			}
			weak = knownNumber
		}
	}
	return weak
}

// strong reports whether the groups a to b, with so many zeros in front, are
// written like a phone number.
func (r *run) strong(a, b, zeros int, d []byte) bool {
	switch {
	case r.dialed && a == 0:
		return true
	case r.date(a) || r.dots == 3 && r.n == 4 && zeros == 0, zeros > 2, // a date, an address of a machine, a padded number
		b == a+1 && zeros == 1 && r.groups[a].to-r.groups[a].from == 1 && r.dots > 0: // 0.12345678
		return false
	case a == b:
		milliseconds := len(d) == 13 && d[0] == '1' && d[1] >= '4'
		return len(d) >= 11 && len(d) <= 15 && !milliseconds
	}
	return len(d) >= 10 || len(d) == 9 && b > a+1 || zeros > 0 && len(d) >= 8
}

// date reports whether the groups from a on begin like 2026-01-31 or
// 31.01.2026.
func (r *run) date(a int) bool {
	if a+2 >= r.n {
		return false
	}
	size := func(i int) int { return r.groups[a+i].to - r.groups[a+i].from }
	return size(1) == 2 && (size(0) == 4 && size(2) == 2 || size(0) == 2 && size(2) == 4)
}
