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
	mostParts   = 6  // groups of a number
)

// known returns the first of the run's sequences of whole groups that is somebody's number, the longest that begins
// there.
func (r *run) known(s []byte, book PhoneBook) (found Span, ok bool) {
	for a := range r.n {
		if a == 0 && r.isClock(s) {
			continue
		}
		digits := 0
		dots, blanks := false, false
		for b := a; b < r.n && b < a+mostParts; b++ {
			if b > a {
				dots, blanks = dots || r.seps[b] == '.', blanks || r.seps[b] == ' '
			}
			digits += r.groups[b].len()
			if digits > mostKnown || dots && blanks { // a row of decimals
				break
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
	case digits >= sureKnown:
		return true
	case digits < fewestKnown || b == a+2 && r.dateAt(a) || touchesWord(s, r.groups[a].start, r.groups[b].end):
		return false
	case a == b || a == 0 && b == r.n-1:
		return true
	}
	return s[r.groups[a].start] == '0' && digits > fewestKnown
}

// isClock reports whether the run begins with the seconds of a time.
func (r *run) isClock(s []byte) bool {
	return r.start > 1 && s[r.start-1] == ':' && s[r.start-2]-'0' <= 9 && r.groups[0].len() <= 2
}

// knownAlone appends the single groups of a run that are somebody's number.
func knownAlone(dst []Span, s []byte, part Span, book PhoneBook) []Span {
	for i := part.Start; i < part.End; {
		start := i
		for i < part.End && s[i]-'0' <= 9 {
			i++
		}
		n := i - start
		if n >= fewestKnown && n <= mostKnown && (n >= sureKnown || !touchesWord(s, start, i)) && book.KnownPhone(s[start:i]) {
			dst = append(dst, Span{start, i})
		}
		if n == 0 {
			i++
		}
	}
	return dst
}

// touchesWord reports whether a letter or digit stands directly before start or at end.
func touchesWord(s []byte, start, end int) bool {
	part := func(r rune, n int) bool { k := classOf(r, n); return k == inWord || k == mark && !invisible(r) }
	return start > 0 && part(utf8.DecodeLastRune(s[:start])) || end < len(s) && part(utf8.DecodeRune(s[end:]))
}
