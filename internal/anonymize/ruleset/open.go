package ruleset

// Part is the half-open range [Start, End) of a name.
type Part struct{ Start, End int }

// Open returns the parts of a name that the pattern leaves open, from left to right: what its wildcards and its {…} match. Neighbours are one part,
// and none is empty. What lies between them the pattern says itself. It returns nil for a name that does not match; a table's name has no open parts.
func (p Pattern) Open(name string) []Part {
	captured, ok := p.Match(name)
	if !ok || p.schema {
		return nil
	}
	if !p.captures {
		return openParts(nil, p.before, name, 0, p.separator)
	}
	first, last := p.starts(name)
	for start := first; start <= last && start+len(captured.Value) <= len(name); start++ {
		end := start + len(captured.Value)
		if name[start:end] != captured.Value || !match(p.before, name[:start], p.separator, nil) || !match(p.after, name[end:], p.separator, nil) {
			continue
		}
		parts := openParts(nil, p.before, name[:start], 0, p.separator)
		parts = joinPart(parts, Part{start, end})
		return openParts(parts, p.after, name[end:], end, p.separator)
	}
	return nil
}

// openParts adds what the wildcards among pieces match in s, which begins at offset of the name.
func openParts(parts []Part, pieces []piece, s string, offset int, separator byte) []Part {
	starts := make([]int, len(pieces)+1)
	match(pieces, s, separator, starts)
	starts[len(pieces)] = len(s)
	for i, piece := range pieces {
		if piece.kind != pieceLiteral {
			parts = joinPart(parts, Part{offset + starts[i], offset + starts[i+1]})
		}
	}
	return parts
}

// joinPart adds a part, or makes the last one longer.
func joinPart(parts []Part, part Part) []Part {
	switch n := len(parts); {
	case part.Start == part.End:
	case n > 0 && parts[n-1].End == part.Start:
		parts[n-1].End = part.End
	default:
		parts = append(parts, part)
	}
	return parts
}
