package text

import (
	"bytes"
	"slices"
)

// This room reads addresses that are spelled out so that no program finds them: jane [at] acme.test, jane(at)acme (dot) test.
// A sign in brackets is what tells one; of its domain the other dots may be words, too. What is written keeps the signs.

// spelledAt returns the end of the sign in brackets at i, with the blanks behind it, and the sign, @ or a dot; end is i if
// there is none.
func spelledAt(s []byte, i int) (end int, sign byte) {
	var shut byte
	switch s[i] {
	case '(':
		shut = ')'
	case '[', '{':
		shut = s[i] + 2
	default:
		return i, 0
	}
	from := blanksEnd(s, i+1)
	to := from
	for to < len(s) && to-from < longestSign && lower[s[to]] > beyondASCII {
		to++
	}
	if sign = '@'; to < len(s) && to == from && s[to] == sign {
		to++
	} else if sign = signWord(s[from:to]); sign == 0 {
		return i, 0
	}
	if to = blanksEnd(s, to); to == len(s) || s[to] != shut {
		return i, 0
	}
	return blanksEnd(s, to+1), sign
}

// longestSign bounds the word for a sign, in bytes.
const longestSign = 6

// signWord returns the sign that a word stands for, 0 for none.
func signWord(word []byte) byte {
	var room [longestSign]byte
	switch string(appendLower(room[:0], word)) {
	case "at", "chez", "arroba", "malpa":
		return '@'
	case "dot", "punkt", "point", "punto", "ponto", "kropka":
		return '.'
	}
	return 0
}

// blanksEnd skips up to two blanks.
func blanksEnd(s []byte, i int) int {
	for n := 0; n < 2 && i < len(s) && s[i] == ' '; n++ {
		i++
	}
	return i
}

// hasSpelled reports whether a text has such an @.
func hasSpelled(s []byte) bool {
	for _, open := range []byte("([{") {
		if has(s, open, func(i int) bool { _, sign := spelledAt(s, i); return sign == '@' }) {
			return true
		}
	}
	return false
}

// inSpelled appends the replacements for such addresses.
func (w *worker) inSpelled(dst []edit, s []byte) []edit {
	v, pos, labels := w.view(), 0, false
	for i := 0; i < len(s); {
		end, sign := spelledAt(s, i)
		if sign == 0 && labels && s[i] == ' ' { // jane (at) acme dot test
			end, sign = wordDot(s, i)
		}
		if sign == 0 {
			labels = labels && (s[i] == '.' || s[i] == '-' || lower[s[i]] > beyondASCII || i+1 < len(s) && s[i] == ' ' && (opens(s[i+1]) || s[i+1] == ' '))
			i++
			continue
		}
		start := i
		for start > pos && i-start < 2 && s[start-1] == ' ' {
			start--
		}
		v.keep(s[pos:start], pos)
		v.put(string(sign), Span{start, end})
		i, pos, labels = end, end, true
	}
	v.keep(s[pos:], pos)
	var f emailSearch
	for f.begin(v.text); f.next(); {
		e := edit{Span: v.origin(f.at), deep: true, n: Counts{Emails: 1}}
		at := bytes.LastIndexByte(v.text[f.at.Start:f.at.End], '@') + f.at.Start
		if c := v.chunks[v.find(max(at, 0))]; at < f.at.Start || c.same {
			continue // it stands in the text as it is
		}
		e.text = v.spell(w.r.Email(nil, v.text[f.at.Start:f.at.End]), s, at, f.at.End)
		dst = append(dst, e)
	}
	w.giveBack(v)
	return dst
}

func opens(c byte) bool { return c == '(' || c == '[' || c == '{' }

// wordDot reads the word for a dot between blanks, from the first of them to the end of the last.
func wordDot(s []byte, i int) (end int, sign byte) {
	from := blanksEnd(s, i)
	to := from
	for to < len(s) && to-from < longestSign && lower[s[to]] > beyondASCII {
		to++
	}
	if end = blanksEnd(s, to); end > to && signWord(s[from:to]) == '.' {
		return end, '.'
	}
	return i, 0
}

// spell writes an address with the signs of the one whose @ stands at a place of the view, and which ends at another.
func (v *view) spell(address, s []byte, at, end int) []byte {
	signs := map[byte][]byte{'@': []byte("@"), '.': []byte(".")}
	for i := at; i < end; i++ {
		if c := v.chunks[v.find(i)]; !c.same {
			signs[v.text[i]] = s[c.raw:c.rawEnd]
		}
	}
	sign := bytes.LastIndexByte(address, '@')
	if sign < 0 {
		return address
	}
	out := slices.Concat(address[:sign], signs['@'])
	return append(out, bytes.ReplaceAll(address[sign+1:], []byte("."), signs['.'])...)
}
