package ruleset

import "strings"

// lookup finds the group that rules a name, in a file of thousands, without a
// try of every pattern: a pattern without a wildcard is looked up by the name
// that it is, and only the others are tried.
type lookup struct {
	exact map[string]int // the first group of a name
	wild  []int          // groups whose pattern has a wildcard, in file order
}

// newLookup makes the lookup of a store's groups.
func newLookup(groups []Group) *lookup {
	l := &lookup{exact: make(map[string]int, len(groups))}
	for i, g := range groups {
		name, literal := g.Pattern.literal()
		if !literal {
			l.wild = append(l.wild, i)
		} else if _, taken := l.exact[name]; !taken {
			l.exact[name] = i
		}
	}
	return l
}

// literal returns the one name, in full, that a pattern without wildcards matches.
func (p Pattern) literal() (name string, ok bool) {
	switch {
	case p.captures || len(p.before) > 1 || len(p.before) == 1 && p.before[0].kind != pieceLiteral:
		return "", false
	case len(p.before) == 0:
		return "", true
	}
	return p.before[0].text, true
}

// Find returns the group that rules a table, an index, an object or a key of the store: the first one whose Pattern matches; nil when
// none does. Its cost does not grow with the number of groups without a wildcard.
func (s *Store) Find(name string) *Group {
	l := s.lookup
	if l == nil { // a store that was not read from a file
		l = newLookup(s.Groups)
	}
	best, found := l.exact[fullName(kindOf(s.Name) == "postgres", name)]
	for _, i := range l.wild {
		if found && i > best {
			break
		}
		if _, ok := s.Groups[i].Pattern.Match(name); ok {
			return &s.Groups[i]
		}
	}
	if !found {
		return nil
	}
	return &s.Groups[best]
}

// fullName puts the schema before a table's name that has none.
func fullName(schema bool, name string) string {
	if schema && !strings.Contains(name, ".") {
		return "public." + name
	}
	return name
}

// hides returns the first group before the i-th that leaves no name to it; nil
// when there is none. A pattern without a wildcard can only hide the same one,
// so groups without any are not held against each other one by one.
func (s *Store) hides(i int) *Group {
	q := s.Groups[i].Pattern
	before := i
	if name, literal := q.literal(); literal {
		before = s.lookup.exact[name]
	}
	for _, w := range s.lookup.wild {
		if w >= before {
			break
		}
		if s.Groups[w].Pattern.covers(q) {
			return &s.Groups[w]
		}
	}
	if before < i {
		return &s.Groups[before]
	}
	return nil
}
