package text

import "unicode/utf8"

// This room finds the numbers that look like any others and are somebody's phone all the same: digits without groups,
// or glued to a word. Only who knows the people can tell, so the Resolver is asked.

// PhoneBook may be implemented by a Resolver that knows whose numbers there are.
type PhoneBook interface {
	// KnownPhone reports whether original, 7 to 17 digits with what may separate them, is the phone number of a known
	// person. It begins and ends with a digit and is valid during the call only.
	KnownPhone(original []byte) bool
}

const (
	fewestKnown = 7
	mostKnown   = 17
	sureKnown   = 10 // digits from which a number counts even where it is a part of a word
)

// known returns the first of the run's sequences of whole groups that is somebody's number, the longest that begins
// there.
func (r *run) known(s []byte, book PhoneBook) (found Span, ok bool) {
	for a := range r.n {
		digits := 0
		dots, blanks := false, false
		for b := a; b < r.n; b++ {
			if b > a {
				dots, blanks = dots || r.seps[b] == '.', blanks || r.seps[b] == ' '
			}
			digits += r.groups[b].len()
			if digits > mostKnown {
				break
			}
			if dots && blanks && digits < sureKnown { // a row of decimals
				continue
			}
			span := Span{r.groups[a].start, r.groups[b].end}
			if r.askable(s, a, b, digits) && book.KnownPhone(s[span.Start:span.End]) {
				found, ok = span, true
			}
		}
		if ok {
			return found, true
		}
	}
	return Span{}, false
}

// askable reports whether the groups a to b, of so many digits, may be a number: short ones only where they stand alone.
func (r *run) askable(s []byte, a, b, digits int) bool {
	switch {
	case digits >= sureKnown, b > a && sure(s[r.groups[a].start], digits, b-a+1):
		return true
	case digits < fewestKnown || b == a+2 && r.dateAt(a) || touchesWord(s, r.groups[a].start, r.groups[b].end):
		return false
	case a == b || a == 0 && b == r.n-1:
		return true
	}
	return s[r.groups[a].start] == '0' && digits > fewestKnown
}

// crossing returns the first of the sequences of whole groups that is somebody's number and goes on beyond the run, over
// what parts no groups of a number but those that the proof reads: a tab between two columns, several signs.
func (r *run) crossing(s []byte, book PhoneBook) (found Span, ok bool) {
	if r.n == 0 || beyond(s, r.end()) < 0 {
		return Span{}, false
	}
	dialed := r.plus || dialled(s[:r.start]) || r.start > 1 && s[r.start-1] == '(' && s[r.start-2] == '+'
	digits := r.digits
	for a := range r.n {
		total, parts := digits, r.n-a
		for end := r.end(); parts < mostGroups && total <= mostKnown; parts++ {
			start := beyond(s, end)
			if start < 0 {
				break
			}
			end = digitsEnd(s, start)
			total += end - start
			from := r.groups[a].start
			if total <= mostKnown && (sure(s[from], total, parts+1) || a == 0 && dialed && total >= fewestKnown) && book.KnownPhone(s[from:end]) {
				found, ok = Span{from, end}, true
			}
		}
		if ok {
			return found, true
		}
		digits -= r.groups[a].len()
	}
	return Span{}, false
}

// sure reports whether so many digits in so many groups are enough for a number in the middle of others.
func sure(first byte, digits, groups int) bool {
	return digits >= sureKnown || digits == sureKnown-1 && groups > 2 || first == '0' && digits > fewestKnown
}

// beyond returns where the next group of digits begins behind up to four signs, -1 if none does.
func beyond(s []byte, i int) int {
	for n := 0; n < 4 && i < len(s); n++ {
		switch c := s[i]; {
		case c == ' ', c == '-', c == '.', c == '/', c == '(', c == ')', c == '+', c == '\t', c == '\b', c == '\f', c == '\\':
			i++
		case c < utf8.RuneSelf:
			return -1
		default:
			r, size := utf8.DecodeRune(s[i:])
			if !isBlank(r) && !isHyphen(r) && (r < 0x2010 || r > 0x2015) {
				return -1
			}
			i += size
		}
		if i < len(s) && s[i]-'0' <= 9 {
			return i
		}
	}
	return -1
}

// knownAmong appends what is somebody's number and begins in a long row of groups.
func knownAmong(dst []Span, s []byte, part Span, book PhoneBook) []Span {
	for i := part.Start; i < part.End; {
		if s[i]-'0' > 9 {
			i++
		} else if end := knownFrom(s, i, book); end > 0 {
			dst = append(dst, Span{i, end})
			i = end
		} else {
			i = digitsEnd(s, i)
		}
	}
	return dst
}

// dated returns the number that begins within the date that a long row begins with. What follows the date is another run,
// so that hostile text costs linear time.
func (r *run) dated(s []byte, book PhoneBook) (found Span, ok bool) {
	if book == nil {
		return Span{}, false
	}
	for _, g := range r.groups[:3] {
		if end := knownFrom(s, g.start, book); end > 0 {
			return Span{g.start, end}, true
		}
	}
	return Span{}, false
}

// knownFrom returns the end of the longest number that begins at start: a single group, or several that are enough;
// 0 if none does.
func knownFrom(s []byte, start int, book PhoneBook) (found int) {
	end := digitsEnd(s, start)
	digits := end - start
	if digits >= fewestKnown && digits <= mostKnown && (digits >= sureKnown || !touchesWord(s, start, end)) && book.KnownPhone(s[start:end]) {
		found = end
	}
	for groups := 2; groups <= mostGroups; groups++ {
		next := beyond(s, end)
		if next < 0 {
			break
		}
		end = digitsEnd(s, next)
		if digits += end - next; digits > mostKnown {
			break
		}
		if sure(s[start], digits, groups) && book.KnownPhone(s[start:end]) {
			found = end
		}
	}
	return found
}

// touchesWord reports whether a letter or digit stands directly before start or at end.
func touchesWord(s []byte, start, end int) bool {
	part := func(r rune, n int) bool { k := classOf(r, n); return k == inWord || k == mark && !invisible(r) }
	return start > 0 && part(utf8.DecodeLastRune(s[:start])) || end < len(s) && part(utf8.DecodeRune(s[end:]))
}
