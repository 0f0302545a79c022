package text

import (
	"bytes"
	"unicode/utf8"
)

// This room finds phone numbers: one pass over the bytes for a digit or a plus, then one look at the run of digit
// groups that begins there. An international number (+49 …, 0049 …, 8 to 15 digits) counts always, a national one
// only in groups and with at least 9 digits. Dates, times, amounts, addresses of machines, UUIDs, card numbers and
// order numbers are no phone numbers.

const (
	fewestInternational = 8
	fewestNational      = 9
	mostDigits          = 15
	mostGroups          = 12
)

// FindPhones appends the phone numbers in s from left to right; they do not overlap. The leading plus or bracket
// belongs to a number, what follows its last digit does not.
func FindPhones(dst []Span, s []byte) []Span { return findPhones(dst, s, nil) }

func findPhones(dst []Span, s []byte, to Resolver) []Span {
	var f phoneSearch
	f.begin(s, to)
	for f.next() {
		dst = append(dst, f.at)
	}
	return dst
}

// phoneSearch finds one number after the other, and asks to about what does not look like one, if it is a PhoneBook.
type phoneSearch struct {
	s    []byte
	to   Resolver
	pos  int
	at   Span   // the number in hand
	more []Span // that were found together with it
}

func (f *phoneSearch) begin(s []byte, to Resolver) { f.s, f.to, f.pos, f.more = s, to, 0, nil }

// next goes on to the next number; false at the end.
func (f *phoneSearch) next() bool {
	for {
		if len(f.more) > 0 {
			f.at, f.more = f.more[0], f.more[1:]
			return true
		}
		i := nextDigit(f.s, f.pos)
		if i == len(f.s) {
			f.pos = i
			return false
		}
		if f.read(i) {
			return true
		}
	}
}

// read looks at the run that begins at i and reports whether it holds a number, which is then in hand.
func (f *phoneSearch) read(i int) (found bool) {
	var r run
	r.read(f.s, i)
	next := 0
	book, asked := f.to.(PhoneBook)
	if start, ok := r.phone(f.s); ok {
		f.at, found = Span{start, r.end()}, true
	} else if r.long && r.isDate() {
		f.at, found = r.dated(f.s, book)
		if next = r.groups[2].end; found {
			next = f.at.End
		}
	} else if r.digits >= fewestKnown {
		if r.long {
			r.finish(f.s)
		}
		if asked && r.long {
			f.more = knownAmong(nil, f.s, Span{r.start, r.end()}, book)
			if n := len(f.more); n > 0 {
				next = max(r.end(), f.more[n-1].End)
			}
		} else if asked {
			if f.at, found = r.known(f.s, book); found {
				next = f.at.End
			}
		}
	}
	if asked && !found && next == 0 {
		if f.at, found = r.crossing(f.s, book); found {
			next = f.at.End
		}
	}
	if next == 0 && !found && r.isDate() && r.n > 3 {
		next = r.groups[2].end // a date ends here, a number may follow
	}
	if next == 0 {
		next = max(r.end(), i+1)
	}
	f.pos = next
	return found
}

// group is one run of digits.
type group struct{ start, end int }

func (g group) len() int { return g.end - g.start }

// run is a sequence of digit groups with one separator, blanks or brackets between them.
type run struct {
	start  int // of the plus or the first digit
	plus   bool
	glued  bool // letters or another number touch it
	long   bool // more groups than a phone number has
	digits int
	n      int
	groups [mostGroups]group
	seps   [mostGroups]byte // seps[i] stands before group i: ' ', '-', '.', '/', '+', or ')' for any bracket
}

// end returns the end of the last group.
func (r *run) end() int {
	if r.n == 0 {
		return r.start
	}
	return r.groups[r.n-1].end
}

// read fills r with the run that begins at i.
func (r *run) read(s []byte, i int) {
	r.start = i
	if s[i] == '+' && i > 0 && wordByte(s[i-1]) { // a blank of a query
		i++
		r.start = i
	} else if s[i] == '+' {
		r.plus = true
		i++
		if i < len(s) && s[i] == ' ' {
			i++
		}
		if i < len(s) && s[i] == '(' {
			i++
		}
	}
	sep := byte(0)
	for {
		start := i
		if i = digitsEnd(s, i); i == start {
			break
		}
		if r.n == mostGroups {
			r.long = true
			break
		}
		r.digits += i - start
		r.groups[r.n], r.seps[r.n] = group{start, i}, sep
		r.n++
		var ok bool
		if sep, i, ok = separatorAt(s, i); !ok || sep == '+' && r.plus {
			break
		}
	}
	r.glued = gluedLeft(s, r.start, r.plus) || gluedRight(s, r.end())
	if r.digits > mostDigits || r.long {
		r.split(s)
	}
}

// finish reads what a run has beyond its groups into the last of them. It is apart from read, which may begin in the
// same run again and again.
func (r *run) finish(s []byte) {
	for i, ok := r.end(), true; ok; {
		if i = digitsEnd(s, i); i > r.end() {
			r.groups[r.n-1].end = i
		}
		_, i, ok = separatorAt(s, i)
	}
}

// digitsEnd returns where the digits that begin at i end.
func digitsEnd(s []byte, i int) int {
	for i < len(s) && s[i]-'0' <= 9 {
		i++
	}
	return i
}

// separatorAt reads what stands between two groups at i: at most one sign, with blanks or brackets around it. It
// returns where the next group begins.
func separatorAt(s []byte, i int) (sep byte, next int, ok bool) {
	sep, signs := ' ', 0
	start := i
	for i < len(s) && i-start < 6 {
		switch c := s[i]; {
		case c-'0' <= 9:
			return sep, i, i > start
		case c == ' ':
			i++
		case c == '+' && i == start: // a blank of a query
			if i++; i == len(s) || s[i]-'0' > 9 {
				return 0, i, false
			}
			return c, i, true
		case c == '-' || c == '.' || c == '/':
			if signs++; signs > 1 {
				return 0, i, false
			}
			if sep == ' ' {
				sep = c
			}
			i++
		case c == '(' || c == ')':
			sep = ')'
			i++
		case c >= utf8.RuneSelf:
			r, n := utf8.DecodeRune(s[i:])
			if isHyphen(r) && n > 1 {
				if signs++; signs > 1 {
					return 0, i, false
				}
				sep = '-'
			} else if !isBlank(r) && !invisible(r) {
				return 0, i, false
			}
			i += n
		default:
			return 0, i, false
		}
	}
	return 0, i, false
}

// gluedLeft reports whether the run is the tail of something longer: a word, an order number, an amount, a time.
func gluedLeft(s []byte, i int, plus bool) bool {
	if i == 0 {
		return false
	}
	before := s[i-1]
	if wordByte(before) || before == '_' || before == '%' || before == '\\' {
		return true
	}
	if plus {
		return false
	}
	switch before {
	case '-', '.', ',', '/', '#', '$', '=', '&':
		return i > 1 && (wordByte(s[i-2]) || s[i-2] == before) || before == '#' || before == '$'
	case ':':
		return i > 1 && s[i-2]-'0' <= 9
	case ' ':
		return ibanHead(s[:i-1])
	}
	return false
}

// ibanHead reports whether s ends in the country and check digits of an IBAN, or in a currency.
func ibanHead(s []byte) bool {
	n := len(s)
	if n > 5 && s[n-5] == ' ' && upperByte(s[n-1]) && upperByte(s[n-2]) && upperByte(s[n-3]) && upperByte(s[n-4]) { // a bank
		return ibanHead(s[:n-5])
	}
	if n >= 4 && upperByte(s[n-4]) && upperByte(s[n-3]) && s[n-2]-'0' <= 9 && s[n-1]-'0' <= 9 {
		return n == 4 || !wordByte(s[n-5])
	}
	if bytes.HasSuffix(s, []byte("€")) || n > 0 && s[n-1] == '$' {
		return true
	}
	return n >= 3 && (bytes.HasSuffix(s, []byte("EUR")) || bytes.HasSuffix(s, []byte("USD")))
}

// gluedRight reports whether something continues the run.
func gluedRight(s []byte, i int) bool {
	if i >= len(s) {
		return false
	}
	if wordByte(s[i]) || s[i] == '_' || s[i] == '%' || s[i] == '@' {
		return true
	}
	if i+1 == len(s) {
		return false
	}
	switch s[i] {
	case '-', '/', ':', '=':
		return wordByte(s[i+1])
	case ',', '.':
		return s[i+1]-'0' <= 9
	}
	return false
}

// wordByte reports an ASCII letter or digit.
func wordByte(c byte) bool {
	return c < utf8.RuneSelf && lower[c] > beyondASCII
}

func upperByte(c byte) bool { return 'A' <= c && c <= 'Z' }
