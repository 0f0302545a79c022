package ruleset

// covers says that every name q matches is matched by p as well, so that a line with q after one with p is never reached. It may say no
// although it is so (`?*` and `*?`), never yes although it is not.
func (p Pattern) covers(q Pattern) bool {
	a, b := p.atoms(), q.atoms()
	if n := min(len(a), len(b)); n > 0 && a[0].kind == atomRune && b[0].kind == atomRune && a[0] != b[0] {
		return false // the usual case, without the table
	}
	// next[j] and row[j] say whether a[i+1:] and a[i:] cover b[j:].
	row, next := make([]bool, len(b)+1), make([]bool, len(b)+1)
	next[len(b)] = true
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b); j >= 0; j-- {
			row[j] = a[i].repeats && next[j]
			if j < len(b) && a[i].includes(b[j], p.separator) {
				row[j] = row[j] || row[j+1] && a[i].repeats || next[j+1] && (a[i].repeats || !b[j].repeats)
			}
		}
		row, next = next, row
	}
	return next[0]
}

// atom is one character of a pattern, or a class of characters that may repeat.
type atom struct {
	kind    atomKind
	char    rune
	repeats bool // none or more
}

type atomKind uint8

const (
	atomRune atomKind = iota
	atomSegment
	atomAnything
	atomCapture
)

// atoms spells the pattern out. A capture is one character of its class and then any number of them.
func (p Pattern) atoms() []atom {
	var out []atom
	spell := func(pieces []piece) {
		for _, t := range pieces {
			switch t.kind {
			case pieceLiteral:
				for _, r := range t.text {
					out = append(out, atom{kind: atomRune, char: r})
				}
			case pieceOne:
				out = append(out, p.wild(false))
			case pieceStar:
				out = append(out, p.wild(true))
			case pieceDeep:
				out = append(out, atom{kind: atomAnything, repeats: true})
			}
		}
	}
	spell(p.before)
	if p.captures {
		out = append(out, atom{kind: atomCapture}, atom{kind: atomCapture, repeats: true})
	}
	spell(p.after)
	return out
}

// wild is `?` or `*`: anything but the separator.
func (p Pattern) wild(repeats bool) atom {
	if p.separator == 0 {
		return atom{kind: atomAnything, repeats: repeats}
	}
	return atom{kind: atomSegment, repeats: repeats}
}

// includes says whether a's class holds all of b's. Both patterns have the same separator.
func (a atom) includes(b atom, separator byte) bool {
	switch a.kind {
	case atomAnything:
		return true
	case atomSegment:
		switch b.kind {
		case atomRune:
			return b.char != rune(separator)
		case atomCapture:
			return separator == '/' || separator == '.'
		}
		return b.kind == atomSegment
	case atomCapture:
		switch b.kind {
		case atomRune:
			return run(string(b.char)) > 0
		}
		return b.kind == atomCapture
	default:
		return a == b
	}
}
