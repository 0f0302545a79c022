package verify

import "unicode/utf8"

// Most values are short and hold little: one pass over the bytes says which
// questions about them are worth asking. It rules out, and never finds.

// marks says what a value holds; the upper bits count its digits.
type marks uint32

const (
	hasSign   marks = 1 << iota // an @
	hasLetter                   // or any byte that is no ASCII
	hasCode                     // what peel undoes begins with it
	hasWide                     // any byte that is no ASCII
	hasLine                     // the end of one
	hasZero
	oneDigit
)

// digits returns how many ASCII digits there are, at least.
func (m marks) digits() int { return int(m / oneDigit) }

// everything is the marks of a value about which nothing is ruled out.
const everything = hasSign | hasLetter | hasCode | hasWide | hasLine | hasZero | fewestDigits*oneDigit

// longestMarked is the length up to which the pass is cheaper than what it
// rules out, in bytes.
const longestMarked = 1 << 10

// marksOf makes the pass.
func marksOf(value []byte) marks {
	if len(value) > longestMarked {
		return everything
	}
	var all, count marks
	for _, c := range value {
		m := markOf[c]
		all |= m
		count += m & oneDigit
	}
	return all&^oneDigit | count
}

var markOf = marksTable()

func marksTable() (t [256]marks) {
	for i := range t {
		switch c := byte(i); {
		case c == '@':
			t[i] = hasSign
		case c == 0:
			t[i] = hasZero
		case c >= '0' && c <= '9':
			t[i] = oneDigit
		case c|0x20 >= 'a' && c|0x20 <= 'z':
			t[i] = hasLetter
		case c == 0xC2, c == 0xE2, c == 0xEF: // unseen characters begin with them
			t[i] = hasLetter | hasCode | hasWide
		case c >= utf8.RuneSelf:
			t[i] = hasLetter | hasWide
		case c == '\n':
			t[i] = hasLine
		case c == 0x1b, c == '\'', c == '\\', c == '&', c == '%', c == '<', c == '=':
			t[i] = hasCode
		}
	}
	return t
}
