package person

import "strings"

// This room lets a known number become one that its country sets aside, as long as there are twice as many as the
// tenant has of its own: people would contend for fewer, and each new one would change the numbers of others.

// regionCodes are the codes of the regions that a locale may name.
var regionCodes = map[string]string{"US": "1", "CA": "1", "FR": "33", "GB": "44", "SE": "46", "DE": "49", "AU": "61", "IE": "353"}

// localNumbers tells which known numbers become fictional ones of their country.
type localNumbers struct {
	people []Person
	lines  []fiction
	wanted []int // by line: numbers of the source
}

// newLocalNumbers lets each claim know its line.
func newLocalNumbers(people []Person, claims []claim) localNumbers {
	l := localNumbers{people: people, lines: fictions()}
	l.wanted = make([]int, len(l.lines)+1)
	for i := range claims {
		c := &claims[i]
		n, within := l.line(c.real, people[c.person].Locale)
		c.line, c.within = int8(n), within
		l.wanted[n]++
	}
	return l
}

// line returns the number of the line for a real number, one too many without one, and whether the number is written as
// within its country, which the person's locale tells.
func (l *localNumbers) line(phone, locale string) (n int, within bool) {
	none := len(l.lines)
	if phone == "" {
		return none, false
	}
	for n := range l.lines {
		f := &l.lines[n]
		if f.code[0] != phone[0] {
			continue
		}
		if national, ok := strings.CutPrefix(phone, f.code); ok && f.of(national) {
			return n, false
		}
	}
	code := ""
	if phone[0] == '0' || len(phone) == 10 { // it may be one, with a trunk or of a country without
		code = regionCodes[regionOf(locale)]
	}
	if code == "" {
		return none, false
	}
	for n := range l.lines {
		f := &l.lines[n]
		if national, ok := strings.CutPrefix(phone, f.trunk); ok && f.code == code && f.of(national) {
			return n, true
		}
	}
	return none, false
}

// regionOf returns the two letters of a locale's region: FR of fr-FR, fr_FR and fr_FR.UTF-8.
func regionOf(locale string) string {
	at := strings.IndexAny(locale, "-_")
	if at < 0 || len(locale) < at+3 {
		return ""
	}
	return strings.ToUpper(locale[at+1 : at+3])
}

// of returns the line from which a claim is drawn, nil if it is none or has too few numbers.
func (l *localNumbers) of(c *claim) *fiction {
	if n := int(c.line); n < len(l.lines) && l.suffices(n) {
		return &l.lines[n]
	}
	return nil
}

// suffices reports whether a line has twice the numbers that are wanted of it.
func (l *localNumbers) suffices(n int) bool { return 2*l.wanted[n] <= l.lines[n].size }

// holds reports whether a number may be drawn.
func (l *localNumbers) holds(phone string) bool {
	for n := range l.lines {
		if l.wanted[n] > 0 && l.suffices(n) && l.lines[n].holds(phone) {
			return true
		}
	}
	return false
}

// within writes what was drawn as the real numbers are written: within the country without its code, and where a person
// has one number in both ways, both as one.
func (l *localNumbers) within(claims []claim) {
	for i := range claims {
		c := &claims[i]
		if c.within && !strings.HasPrefix(c.value, unassigned) {
			f := &l.lines[c.line]
			c.value = f.trunk + strings.TrimPrefix(c.value, f.code)
		}
	}
	for from := 0; from < len(claims); {
		to := from + 1
		for to < len(claims) && claims[to].person == claims[from].person {
			to++
		}
		for i := from; i < to; i++ {
			for j := i + 1; j < to; j++ {
				known := &claims[i]
				if value, ok := l.redialled(claims[j].real, known.real, l.people[known.person].Locale, known.value); ok {
					claims[j].value = value
				}
			}
		}
		from = to
	}
}

// redialled writes what was drawn for a known number in the way of number, which is the same one with or without its
// code. It fails where it is another, and for what has no way within a country: all behind 999.
func (l *localNumbers) redialled(number, known, locale, drawn string) (string, bool) {
	n, within := l.line(known, locale)
	if n == len(l.lines) || strings.HasPrefix(drawn, unassigned) {
		return "", false
	}
	f := &l.lines[n]
	own := f.code
	if within {
		own = f.trunk
	}
	head, ok := strings.CutSuffix(number, known[len(own):])
	if !ok || head != "" && head != f.trunk && head != f.code && head != f.code+f.trunk {
		return "", false
	}
	return head + drawn[len(own):], true
}

// PhoneAs returns what stands for a number that is a known one in another way: with or without its country's code.
func (x *Index) PhoneAs(number, known []byte) (string, bool) {
	who, drawn, ok := x.phones.get(known)
	if !ok {
		return "", false
	}
	return x.local.redialled(string(number), string(known), x.people[who].Locale, drawn[len(dialled):])
}
