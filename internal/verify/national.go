package verify

import (
	"bytes"
	"strings"
)

// A number that the source has as +49 170 5550123 stands in a letter as
// 0170 5550123, and the other way round: what follows the country's code, less
// a zero for calls from within, is the same.

// callingCode returns how many digits of an international number, without its
// plus, are the country's code.
func callingCode(digits []byte) int {
	switch {
	case len(digits) < 3:
		return len(digits)
	case digits[0] == '1', digits[0] == '7':
		return 1
	case digits[0]-'0' <= 9 && digits[1]-'0' <= 9 && twoDigits[digits[0]-'0'][digits[1]-'0']:
		return 2
	}
	return 3
}

// twoDigits are the codes of two digits, by the first and the second.
var twoDigits = codeTable()

func codeTable() (t [10][10]bool) {
	const two = "20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 84 86 90 91 92 93 94 95 98"
	for code := range strings.FieldsSeq(two) {
		t[code[0]-'0'][code[1]-'0'] = true
	}
	return t
}

// fewestSubscriber is the length from which what follows a country's code says
// enough alone.
const fewestSubscriber = 8

// phone adds a known number: as it is, without its country's code, and without
// the zero of +44 (0)161 496 1474.
func (b *builder) phone(digits []byte) {
	add := func(d []byte) { b.phones.add(b.letters.bytes(bytes.TrimLeft(d, "0"))) }
	add(digits)
	if len(digits) == 0 || digits[0] == '0' { // it has no code
		return
	}
	code := callingCode(digits)
	subscriber := bytes.TrimLeft(digits[code:], "0")
	if len(subscriber) < fewestSubscriber {
		return
	}
	add(subscriber)
	add(append(bytes.Clone(digits[:code]), subscriber...))
}

// knows reports a known number. What follows a plus may be known without its
// country's code.
func (in *Inspector) knows(number []byte, dialed bool) bool {
	set, letters := in.w.phones, in.w.letters
	if set.has(letters.bytes(number)) {
		return true
	}
	if !dialed {
		return false
	}
	subscriber := bytes.TrimLeft(number[callingCode(number):], "0")
	return len(subscriber) >= fewestSubscriber && set.has(letters.bytes(subscriber))
}

// number reports whether a whole value is a known number, in any layout.
func (in *Inspector) number(value []byte) hint {
	in.digits = in.digits[:0]
	for _, c := range value {
		switch {
		case c >= '0' && c <= '9':
			in.digits = append(in.digits, c)
		case c != '+' && !separates(c) && c != 0xA0:
			return noHint
		}
	}
	if n := len(in.digits); n < fewestDigits || n > 19 || !in.knows(bytes.TrimLeft(in.digits, "0"), false) {
		return noHint
	}
	return knownNumber
}
