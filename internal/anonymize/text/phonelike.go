package text

import "bytes"

// This room decides whether a run of digit groups is written like a phone number.

// phone judges the run and returns where the number begins.
func (r *run) phone(s []byte) (start int, ok bool) {
	if r.n == 0 || r.long || r.glued || r.digits > mostDigits+2 {
		return 0, false
	}
	first := s[r.groups[0].start:r.groups[0].end]
	start = r.start
	if r.n > 1 && r.seps[1] == '+' { // a sum, unless the number is known
		return 0, false
	}
	open := start > 0 && s[start-1] == '(' && r.n > 1 && r.seps[1] == ')' && r.closes(s)
	if open {
		start--
	}
	if r.plus {
		return start, first[0] != '0' && r.digits >= fewestInternational && r.digits <= mostDigits+1
	}
	if len(first) >= 4 && first[0] == '0' && first[1] == '0' && first[2] != '0' || len(first) == 2 && string(first) == "00" {
		digits := r.digits - 2
		return start, (r.n > 1 || digits >= 10) && digits >= fewestInternational && digits <= mostDigits+1
	}
	if dialled(s[:r.start]) {
		return start, r.digits >= 7 && r.digits <= mostDigits
	}
	if r.n == 1 || r.digits < fewestNational || r.digits > mostDigits || r.holdsDate() || r.isAddress(s) || r.isAmount(first) || first[0] != '0' && r.isRound(s) {
		return 0, false
	}
	if first[0] == '0' && len(first) > 1 || open {
		return start, len(first) <= 6
	}
	return start, r.n > 2 && r.grouped() && (len(first) != 4 || first[0] == '1') // 4000-120-07 counts something else
}

// closes reports whether the bracket before the run is closed after the first group.
func (r *run) closes(s []byte) bool {
	return bytes.IndexByte(s[r.groups[0].end:r.groups[1].start], ')') >= 0
}

// dialled reports whether s ends in the scheme of a telephone link.
func dialled(s []byte) bool {
	return len(s) >= 4 && bytes.EqualFold(s[len(s)-4:], []byte("tel:"))
}

// isDate reports whether the run begins like a date: 2025-01-31, 31.01.2025, 1/31/2025, 31 01 2025.
func (r *run) isDate() bool { return r.dateAt(0) }

// dateAt reports whether the three groups from i on are a date.
func (r *run) dateAt(i int) bool {
	if r.plus || r.n < i+3 || r.seps[i+1] != r.seps[i+2] || i > 0 && r.seps[i+1] == ' ' {
		return false
	}
	a, b, c := r.groups[i].len(), r.groups[i+1].len(), r.groups[i+2].len()
	return b <= 2 && (a == 4 && c <= 2 || a <= 2 && c == 4)
}

// holdsDate reports whether a date stands anywhere in the run.
func (r *run) holdsDate() bool {
	for i := range r.n {
		if r.dateAt(i) {
			return true
		}
	}
	return false
}

// split ends a run of too many digits where a second number begins after a blank: with 0, or with a bracket.
func (r *run) split(s []byte) {
	digits := 0
	for i := range r.n {
		if g := r.groups[i]; digits >= fewestNational &&
			(r.seps[i] == ' ' && s[g.start] == '0' && (r.plus || s[r.groups[0].start] == '0') ||
				r.seps[i] == ')' && s[g.start-1] == '(') {
			r.n, r.digits, r.long, r.glued = i, digits, false, gluedLeft(s, r.start, r.plus)
			return
		}
		digits += r.groups[i].len()
	}
}

// isAddress reports an IPv4 address or a version: three dots and numbers up to 255.
func (r *run) isAddress(s []byte) bool {
	if r.n != 4 {
		return false
	}
	for i := range r.n {
		if g := r.groups[i]; i > 0 && r.seps[i] != '.' || g.len() > 3 || g.len() == 3 && s[g.start] > '2' {
			return false
		}
	}
	return true
}

// isRound reports groups that all end in zeros: 100 200 300.
func (r *run) isRound(s []byte) bool {
	for _, g := range r.groups[:r.n] {
		if !bytes.HasSuffix(s[g.start:g.end], []byte("00")) {
			return false
		}
	}
	return true
}

// isAmount reports a decimal (1234567.890) or a number with separated thousands (1.234.567.890, 1 234 567 890).
func (r *run) isAmount(first []byte) bool {
	if r.n == 2 && r.seps[1] == '.' {
		return first[0] != '0' || len(first) == 1
	}
	if len(first) > 3 || first[0] == '0' {
		return false
	}
	for i := 1; i < r.n; i++ {
		if r.seps[i] != r.seps[1] || r.groups[i].len() != 3 {
			return false
		}
	}
	return r.seps[1] == '.' || r.seps[1] == ' ' && len(first) < 3 && r.digits%3 != 0
}

// grouped reports whether the groups have the lengths of a national number.
func (r *run) grouped() bool {
	for i := range r.n {
		if n := r.groups[i].len(); n > 5 || n < 2 && !(i == 0 && r.digits == 11) {
			return false
		}
	}
	return true
}
