package ruleset

import (
	"errors"
	"slices"
	"strings"
)

// Path is a compiled path of a rule inside a JSON value or a document: keys separated by dots, [] for every element of an array, `*` for
// one key of any name, and `**`, last only, for everything below. A backslash takes the next character for itself: `a\.b` is one key, `\$x` the key $x where a $ begins an option.
type Path struct{ steps []step }

type step struct {
	kind stepKind
	name string // stepKey: the key in its escaped form, so that it compares with a path of data as it stands
}

type stepKind uint8

const (
	stepKey     stepKind = iota // one key
	stepElement                 // []
	stepAny                     // *
	stepRest                    // **
	stepName                    // _id and _routing, which are no part of the document
)

// ParsePath compiles a path. Errors say what is wrong with it, without position.
func ParsePath(s string) (Path, error) {
	if s == "" {
		return Path{}, errors.New("empty path")
	}
	var p Path
	for rest, more := s, true; more; {
		var raw string
		raw, rest, more = cutStep(rest)
		if raw == "" {
			return Path{}, errors.New("path has an empty key")
		}
		if more && rest == "" {
			return Path{}, errors.New("path ends in a dot")
		}
		if n := len(p.steps); n > 0 && p.steps[n-1].kind == stepRest {
			return Path{}, errors.New("** must come last in a path")
		}
		st, err := parseStep(raw)
		if err != nil {
			return Path{}, err
		}
		p.steps = append(p.steps, st)
	}
	return p, nil
}

// Match says whether the path matches path whole. Keys of path that contain a dot, an opening bracket or a backslash are escaped with a
// backslash. A path is not matched by its parent's rule: what a rule on a whole object means for its members is the caller's part.
func (p Path) Match(path string) bool {
	rest, more := path, path != ""
	for _, st := range p.steps {
		if !more {
			return false
		}
		if st.kind == stepRest {
			return true
		}
		var raw string
		raw, rest, more = cutStep(rest)
		if !st.matches(raw) {
			return false
		}
	}
	return !more
}

// Any says whether a `*` is among the steps.
func (p Path) Any() bool {
	return slices.ContainsFunc(p.steps, func(st step) bool { return st.kind == stepAny })
}

func (st step) matches(raw string) bool {
	switch st.kind {
	case stepElement:
		return raw == "[]"
	case stepAny:
		return raw != "[]"
	default:
		return raw == st.name
	}
}

// cutStep splits the first step off a path: "a[].b" gives "a", "[].b"; "[].b" gives "[]", "b". more says that another step follows, even an empty one.
func cutStep(path string) (first, rest string, more bool) {
	if strings.HasPrefix(path, "[]") {
		switch rest = path[2:]; {
		case rest == "", strings.HasPrefix(rest, "[]"):
			return "[]", rest, rest != ""
		case rest[0] == '.':
			return "[]", rest[1:], true
		}
	}
	for i := 0; i < len(path); i++ {
		switch path[i] {
		case '\\':
			i++
		case '.':
			return path[:i], path[i+1:], true
		case '[':
			if strings.HasPrefix(path[i:], "[]") && i > 0 {
				return path[:i], path[i:], true
			}
		}
	}
	return path, "", false
}

func parseStep(raw string) (step, error) {
	switch raw {
	case "[]":
		return step{kind: stepElement}, nil
	case "*":
		return step{kind: stepAny}, nil
	case "**":
		return step{kind: stepRest}, nil
	}
	var key strings.Builder
	for i := 0; i < len(raw); i++ {
		c := raw[i]
		if c == '*' {
			return step{}, errors.New("* stands for a whole key and cannot be part of one")
		}
		if c == '[' || c == ']' {
			return step{}, errors.New("brackets in a path are [] for every element of an array")
		}
		if c == '\\' {
			if i++; i == len(raw) {
				return step{}, errors.New("path ends in a backslash")
			}
			c = raw[i]
		}
		if c == '.' || c == '[' || c == '\\' {
			key.WriteByte('\\')
		}
		key.WriteByte(c)
	}
	return step{kind: stepKey, name: key.String()}, nil
}

// hides says whether a line with path p before one with path q leaves nothing for the second: p matches all that q matches, or a parent of it.
func (p Path) hides(q Path) bool {
	for i, st := range p.steps {
		if i == len(q.steps) {
			return false
		}
		next := q.steps[i]
		if st.kind == stepRest {
			return next.kind != stepName
		}
		if next.kind == stepRest || (st != next && (st.kind != stepAny || next.kind != stepKey)) {
			return false
		}
	}
	return true
}
