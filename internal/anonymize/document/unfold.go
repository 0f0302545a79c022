package document

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/text"
)

type textEdit = text.Edit

func edit(start, end int, s []byte) textEdit {
	return textEdit{Span: text.Span{Start: start, End: end}, Text: s}
}

// unfold cuts a calendar or card into its lines; ok is false for a line that is
// none.
func unfold(s []byte) (all []line, ok bool) {
	for pos := 0; pos < len(s); {
		var l line
		start := pos
		for {
			end, next := lineEnd(s, pos)
			l.text, l.eol = append(l.text, s[pos:end]...), s[end:next]
			if pos = next; pos == len(s) {
				break
			}
			if len(l.text) > 0 && l.text[len(l.text)-1] == '=' && bytes.Contains(bytes.ToUpper(head(l.text)), []byte("QUOTED-PRINTABLE")) {
				l.text = append(l.text, l.eol...)
				continue
			}
			if s[pos] == ' ' || s[pos] == '\t' {
				if end2, _ := lineEnd(s, pos); len(bytes.TrimSpace(s[pos:end2])) > 0 {
					pos++
					continue
				}
			}
			break
		}
		l.raw = s[start:pos]
		if len(bytes.TrimSpace(l.text)) > 0 && !l.parse() {
			return nil, false
		}
		all = append(all, l)
	}
	return all, true
}

// head returns the part of a line before its value.
func head(s []byte) []byte {
	if i := bytes.IndexByte(s, ':'); i >= 0 {
		return s[:i]
	}
	return s
}

// lineEnd returns where the line at pos ends, and where the next one begins.
func lineEnd(s []byte, pos int) (end, next int) {
	i := bytes.IndexByte(s[pos:], '\n')
	if i < 0 {
		return len(s), len(s)
	}
	end, next = pos+i, pos+i+1
	if end > pos && s[end-1] == '\r' {
		end--
	}
	return end, next
}

// parse finds name, parameters and value of a line.
func (l *line) parse() bool {
	s, i := l.text, 0
	for i < len(s) && s[i] != ';' && s[i] != ':' {
		i++
	}
	l.name = strings.ToUpper(string(s[:i]))
	if dot := strings.LastIndexByte(l.name, '.'); dot >= 0 {
		l.name = l.name[dot+1:]
	}
	for i < len(s) && s[i] == ';' {
		start := i + 1
		for i++; i < len(s) && s[i] != '=' && s[i] != ';' && s[i] != ':'; i++ {
		}
		name := ""
		if i < len(s) && s[i] == '=' {
			name = strings.ToUpper(string(s[start:i]))
			start, i = i+1, i+1
		}
		for again := true; again; { // the values of one parameter, divided by commas
			p := param{name: name, start: start, end: start}
			if start < len(s) && s[start] == '"' {
				end := bytes.IndexByte(s[start+1:], '"')
				if end < 0 {
					return false
				}
				p.start, p.end = start+1, start+1+end
				i = p.end + 1
			} else {
				i = start
				for i < len(s) && s[i] != ';' && s[i] != ':' && s[i] != ',' {
					i++
				}
				p.end = i
			}
			l.param = append(l.param, p)
			if again = i < len(s) && s[i] == ','; again {
				start = i + 1
			}
		}
	}
	if i >= len(s) || s[i] != ':' || l.name == "" {
		return false
	}
	l.colon = i + 1
	return true
}

// fold appends a line, cut where it is longer than allowed and never within a
// character.
func fold(dst, s, eol []byte) []byte {
	if len(eol) == 0 {
		eol = []byte("\r\n")
		if len(s) <= longestLine {
			return append(dst, s...)
		}
	}
	for room := longestLine; len(s) > room; room = longestLine - 1 {
		cut := cutAt(s, room)
		dst = append(append(append(dst, s[:cut]...), eol...), ' ')
		s = s[cut:]
	}
	return append(append(dst, s...), eol...)
}

// cutAt returns where a line is cut, at most at room: where no word and no
// address goes on, if there is such a place, since a reader of lines would take
// half an address for one. A character is never cut, nor a code of
// quoted-printable.
func cutAt(s []byte, room int) int {
	for cut := room; cut > room/3; cut-- {
		if c := s[cut-1]; c == ' ' || bytes.IndexByte([]byte(",;:<>\"'()"), c) >= 0 || cut > 3 && bytes.Equal(s[cut-3:cut], []byte("=20")) {
			return cut
		}
	}
	cut := room
	for cut > 1 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	for back := 1; back <= 2 && back < cut; back++ {
		if s[cut-back] == '=' {
			return cut - back
		}
	}
	return cut
}

// split cuts a value at a sign that no backslash hides.
func split(s []byte, sign byte) (parts [][]byte) {
	start := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case sign:
			parts = append(parts, s[start:i])
			start = i + 1
		}
	}
	return append(parts, s[start:])
}

// unescape undoes \n \, \; \\ of calendars and cards.
func unescape(s []byte) view {
	var v view
	pos := 0
	for i := 0; i+1 < len(s); i++ {
		if s[i] != '\\' {
			continue
		}
		c := s[i+1]
		switch c {
		case 'n', 'N':
			c = '\n'
		case ',', ';', '\\', ':':
		default:
			continue
		}
		v.keep(s[pos:i], pos)
		v.put([]byte{c}, i, i+2)
		i++
		pos = i + 1
	}
	v.keep(s[pos:], pos)
	return v
}

// escape writes a text as a value.
func escape(s []byte) []byte {
	return []byte(strings.NewReplacer(`\`, `\\`, ",", `\,`, ";", `\;`, "\r\n", `\n`, "\n", `\n`).Replace(string(s)))
}
