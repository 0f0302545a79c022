package anonymize

import (
	"fmt"
	"strings"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/ruleset"
)

// jsonRule is the compiled rules by path of a JSON value, a document's
// _source, a hash or the entries of a stream. The first line that matches a
// path or an ancestor of it rules that path.
type jsonRule struct {
	at     place
	flat   bool  // paths of a mapping: arrays do not show, a dot in a key is a step
	elem   *rule // a list: this rule for every element, and nothing below
	lines  []pathRule
	beyond []prefix

	pins pinnedPaths // what a "*" may cover of an index; nil where a "*" is a key of any name
}

// pathRule is one line.
type pathRule struct {
	path ruleset.Path
	all  bool // **, which covers a value that has no path too
	star bool // a * is among its steps
	rule *rule
}

// prefix is the beginning of a line's path.
type prefix struct {
	path    ruleset.Path
	whole   bool // it is the path
	literal bool // its last step is a key, and no wildcard
}

// resolved is what a path comes to, cached by path.
type resolved struct {
	rule  *rule
	named bool // some line spells the last key of this path out: it is no data
	leads bool // a line names something below this path
}

// compileJSON compiles rules by path.
func (c *compiler) compileJSON(fields []ruleset.Field, in scope) (*jsonRule, error) {
	j := &jsonRule{at: in.at, flat: in.flat}
	return j, c.addPaths(j, fields, in)
}

func (c *compiler) addPaths(j *jsonRule, fields []ruleset.Field, in scope) error {
	for i := range fields {
		f := &fields[i]
		spelled := f.Path
		if in.names && f.Name != "" {
			spelled = escapeName(f.Name)
		}
		spelled = j.normal(spelled)
		path, err := ruleset.ParsePath(spelled)
		if err != nil {
			return err
		}
		at := in.at
		at.path = joinPath(at.path, f.Path)
		r, err := c.compileRule(&f.Rule, scope{at: at, flat: in.flat, slots: in.slots})
		if err != nil {
			return fmt.Errorf("%s: %w", f.Path, err)
		}
		j.lines = append(j.lines, pathRule{path: path, all: spelled == "**", star: path.Any(), rule: r})
		for n, up := range append([]string{spelled}, ancestors(spelled)...) {
			if p, err := ruleset.ParsePath(up); err == nil {
				j.beyond = append(j.beyond, prefix{path: p, whole: n == 0, literal: !strings.HasSuffix(up, "*") && !strings.HasSuffix(up, "[]")})
			}
		}
	}
	return nil
}

// normal returns the form of a path under which rules are kept.
func (j *jsonRule) normal(path string) string {
	if !j.flat {
		return path
	}
	path = strings.ReplaceAll(path, "[]", "")
	return strings.TrimPrefix(strings.ReplaceAll(path, `\.`, "."), ".")
}

// ancestors returns the paths above a path, the nearest first.
func ancestors(path string) []string {
	var ups []string
	for i := 0; i < len(path); i++ {
		switch {
		case path[i] == '\\':
			i++
		case i == 0:
		case path[i] == '.':
			ups = append(ups, path[:i])
		case path[i] == '[' && path[i-1] != '.':
			ups = append(ups, path[:i])
		}
	}
	for i, k := 0, len(ups)-1; i < k; i, k = i+1, k-1 {
		ups[i], ups[k] = ups[k], ups[i]
	}
	return ups
}

// resolve finds what the rules say of a path.
func (j *jsonRule) resolve(path string) resolved {
	path = j.normal(path)
	if j.elem != nil {
		return below(&rule{elem: j.elem}, path)
	}
	var out resolved
	for i := range j.beyond {
		if p := &j.beyond[i]; p.path.Match(path) {
			out.leads, out.named = out.leads || !p.whole, out.named || p.literal
		}
	}
	ups := ancestors(path)
	for i := range j.lines {
		l := &j.lines[i]
		at, covers := l.covers(path, ups)
		if !covers {
			continue
		}
		if l.star && j.pins != nil {
			whole, leads, known := j.pins.reach(path, ups)
			out.leads, out.named = out.leads || leads, out.named || known
			if !whole {
				continue
			}
		}
		if at == path {
			out.rule = l.rule
			return out
		}
		inner := below(l.rule, strings.TrimPrefix(path[len(at):], "."))
		return resolved{rule: inner.rule, named: out.named || inner.named, leads: out.leads || inner.leads}
	}
	return out
}

// covers reports whether a line covers a path, and where: the path itself, or
// the nearest of its ancestors.
func (l *pathRule) covers(path string, ups []string) (at string, covers bool) {
	if l.path.Match(path) || l.all && path == "" {
		return path, true
	}
	for _, up := range ups {
		if l.path.Match(up) {
			return up, true
		}
	}
	return "", false
}

// linesOf is the paths of an index's lines, without their rules.
func linesOf(g *ruleset.Group) *jsonRule {
	j := &jsonRule{flat: true}
	for _, f := range g.Fields {
		if path, err := ruleset.ParsePath(j.normal(f.Path)); err == nil && f.Path != fieldID && f.Path != fieldRouting {
			j.lines = append(j.lines, pathRule{path: path, all: f.Path == "**", star: path.Any()})
		}
	}
	return j
}

// starred reports whether the first line that covers a path does so by a "*".
func (j *jsonRule) starred(path string) bool {
	path = j.normal(path)
	ups := ancestors(path)
	for i := range j.lines {
		if _, covers := j.lines[i].covers(path, ups); covers {
			return j.lines[i].star
		}
	}
	return false
}

// below returns what a rule on a whole value says of a path inside it.
func below(r *rule, rest string) resolved {
	switch {
	case rest == "" && r.elem != nil:
		return resolved{rule: r.elem}
	case rest == "":
	case r.json != nil:
		return r.json.resolve(rest)
	case r.elem != nil: // what is no array is an element itself
		rest = strings.TrimPrefix(strings.TrimPrefix(rest, "[]"), ".")
		if rest == "" && r.elem.elem != nil {
			return resolved{rule: r.elem}
		}
		return below(r.elem, rest)
	}
	return resolved{rule: r}
}

// covers reports whether any line says something about a path of a mapping:
// names it, an ancestor of it, or something below it.
func (j *jsonRule) covers(path string) bool {
	res := j.resolve(path)
	return res.rule != nil || res.leads
}

// scanEverything is {"**": scan}.
func scanEverything() *jsonRule {
	path, err := ruleset.ParsePath("**")
	if err != nil {
		panic(err) // a constant
	}
	scan := &rule{verb: "scan", text: true, apply: applyScan}
	return &jsonRule{lines: []pathRule{{path: path, all: true, rule: scan}}}
}
