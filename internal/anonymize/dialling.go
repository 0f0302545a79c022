package anonymize

import (
	"strings"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
)

// KnownPhone implements text.PhoneBook. A number is known as it is, with or
// without the zeros in front of it and its country's code: whatever the proof
// takes for it.
func (a *Anonymizer) KnownPhone(original []byte) bool {
	_, ok := a.knownAs(original)
	return ok
}

// knownAs returns the normal form under which a number is known, until the next call.
func (a *Anonymizer) knownAs(original []byte) (normal []byte, ok bool) {
	d := dialling{people: a.people, room: append(a.dialled[:0], "0000"...), at: longestCode + 1}
	ok = d.read(original)
	a.dialled = d.room
	return d.found, ok
}

// read looks for a number.
func (d *dialling) read(original []byte) bool {
	parts, within := 0, false
	for _, c := range original {
		digit := c >= '0' && c <= '9'
		if digit {
			d.room = append(d.room, c)
			if !within {
				parts++
			}
		}
		within = digit
	}
	for d.at < len(d.room) && d.room[d.at] == '0' {
		d.at++
	}
	zeros, size := d.at-longestCode-1, len(d.room)-d.at
	switch {
	case zeros > 2: // a serial number
		return false
	case d.known(d.at), d.known(d.at - 1):
		return true
	case size < fewestSubscriber:
		return false
	case zeros == 1 && (parts != 2 || original[1] != '.' || original[2]-'0' > 9), // and no decimal
		zeros == 0 && (size > 9 || parts > 2 && size == 9):
		if d.people.Subscriber(d.room[d.at:]) && d.anywhere() {
			return true
		}
	}
	return d.less(zeros == 2)
}

// Codes of countries; those of three digits begin with regions.
const (
	shortCodes = "1 7 20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 84 86 90 91 92 93 94 95 98"
	regions    = "21 22 23 24 25 26 29 35 37 38 42 50 59 67 68 69 80 85 87 88 96 97 99"

	longestCode      = 3
	fewestSubscriber = 8 // digits that say enough without a country's code
)

// dialling is a number that may be known with another beginning: without
// zeros in front it begins at room[at]. What is before that is free.
type dialling struct {
	people *person.Index
	room   []byte
	at     int
	found  []byte // the normal form that is known
}

// known reports whether what begins at from is somebody's number.
func (d *dialling) known(from int) bool {
	_, ok := d.people.ByPhone(d.room[from:])
	if ok {
		d.found = d.room[from:]
	}
	return ok
}

// within reports whether the number is somebody's within the country of a
// code, which may be followed by the zero.
func (d *dialling) within(code string) bool {
	copy(d.room[d.at-len(code):], code)
	if d.known(d.at - len(code)) {
		return true
	}
	d.room[d.at-1] = '0'
	copy(d.room[d.at-1-len(code):], code)
	return d.known(d.at - 1 - len(code))
}

// anywhere is within for every country there is.
func (d *dialling) anywhere() bool {
	for code := range strings.FieldsSeq(shortCodes) {
		if d.within(code) {
			return true
		}
	}
	for region := range strings.FieldsSeq(regions) {
		code := [longestCode]byte{region[0], region[1]}
		for code[2] = '0'; code[2] <= '9'; code[2]++ {
			if d.within(string(code[:])) {
				return true
			}
		}
	}
	return false
}

// less reports whether the number begins with a country's code and is known
// with a zero behind it, without one, or, if it was dialled, without the code.
func (d *dialling) less(dialled bool) bool {
	code := [longestCode]byte{}
	n := copy(code[:codeLength(d.room[d.at:])], d.room[d.at:])
	for d.at += n; d.at < len(d.room) && d.room[d.at] == '0'; {
		d.at++
	}
	if len(d.room)-d.at < fewestSubscriber {
		return false
	}
	if d.within(string(code[:n])) {
		return true
	}
	d.room[d.at-1] = '0'
	return dialled && (d.known(d.at) || d.known(d.at-1))
}

// codeLength returns how many digits of a number are its country's code.
func codeLength(number []byte) int {
	switch {
	case number[0] == '1' || number[0] == '7':
		return 1
	case strings.Contains(shortCodes, string(number[:2])):
		return 2
	}
	return longestCode
}
