package anonymize

import (
	"fmt"
	"strings"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/ruleset"
)

// jsonRule is the compiled rules by path of a JSON value, a document's
// _source, a hash or the entries of a stream.
type jsonRule struct {
	at     place
	flat   bool // paths of a mapping: arrays do not show, a dot in a key is a step
	exact  map[string]*rule
	some   []pathRule // with * in them
	rest   []pathRule // ending in **
	deeper []ruleset.Path
}

type pathRule struct {
	path ruleset.Path
	rule *rule
}

// resolved is what a path comes to, cached by path.
type resolved struct {
	rule   *rule
	direct bool // a line names this very path; else it was inherited or covered by **
	leads  bool // a line names something below this path
}

// compileJSON compiles rules by path.
func (c *compiler) compileJSON(fields []ruleset.Field, in scope) (*jsonRule, error) {
	j := &jsonRule{at: in.at, exact: make(map[string]*rule, len(fields))}
	return j, c.addPaths(j, fields, in)
}

func (c *compiler) addPaths(j *jsonRule, fields []ruleset.Field, in scope) error {
	for i := range fields {
		f := &fields[i]
		path, err := ruleset.ParsePath(f.Path)
		if err != nil {
			return err
		}
		at := in.at
		at.path = joinPath(at.path, f.Path)
		r, err := c.compileRule(&f.Rule, scope{at: at, form: FormText, slots: in.slots})
		if err != nil {
			return fmt.Errorf("%s: %w", f.Path, err)
		}
		switch {
		case strings.HasSuffix(f.Path, "**"):
			j.rest = append(j.rest, pathRule{path, r})
		case strings.Contains(f.Path, "*"):
			j.some = append(j.some, pathRule{path, r})
		default:
			j.exact[j.normal(f.Path)] = r
		}
		for up := parent(f.Path); up != ""; up = parent(up) {
			if p, err := ruleset.ParsePath(up); err == nil {
				j.deeper = append(j.deeper, p)
			}
		}
	}
	return nil
}

func joinPath(base, path string) string {
	if base == "" {
		return path
	}
	return base + ":" + path
}

// normal returns the form of a path under which rules are kept.
func (j *jsonRule) normal(path string) string {
	if !j.flat {
		return path
	}
	path = strings.ReplaceAll(path, "[]", "")
	return strings.TrimPrefix(strings.ReplaceAll(path, `\.`, "."), ".")
}

// parent returns the path without its last step, "" at the top.
func parent(path string) string {
	if strings.HasSuffix(path, "[]") {
		return path[:len(path)-2]
	}
	for i := len(path) - 1; i > 0; i-- {
		if path[i] == '.' && path[i-1] != '\\' {
			return path[:i]
		}
		if path[i] == ']' && path[i-1] == '[' {
			return path[:i+1]
		}
	}
	return ""
}

// resolve finds the rule of a path: a line that names it, else what its
// nearest named ancestor says of what is below, else a ** line.
func (j *jsonRule) resolve(path string) resolved {
	path = j.normal(path)
	out := resolved{leads: j.leadsOn(path)}
	if r := j.named(path); r != nil {
		out.rule, out.direct = r, true
		return out
	}
	for up := parent(path); up != ""; up = parent(up) {
		if r := j.named(up); r != nil {
			out.rule = below(r, strings.TrimPrefix(path[len(up):], "."))
			if r.json != nil || r.elem != nil {
				out.direct = out.rule != nil
			}
			return out
		}
	}
	for _, p := range j.rest {
		if p.path.Match(path) {
			out.rule = p.rule
			return out
		}
	}
	return out
}

func (j *jsonRule) named(path string) *rule {
	if r, ok := j.exact[path]; ok {
		return r
	}
	for _, p := range j.some {
		if p.path.Match(path) {
			return p.rule
		}
	}
	return nil
}

// below returns what a rule on a whole object or array says of a path inside
// it.
func below(r *rule, rest string) *rule {
	switch {
	case r.json != nil:
		return r.json.resolve(rest).rule
	case r.elem != nil:
		rest, ok := strings.CutPrefix(rest, "[]")
		if !ok || rest == "" {
			return r.elem
		}
		return below(r.elem, strings.TrimPrefix(rest, "."))
	}
	return r
}

// leadsOn reports whether some line names a path below this one.
func (j *jsonRule) leadsOn(path string) bool {
	for _, p := range j.deeper {
		if p.Match(path) {
			return true
		}
	}
	if j.flat {
		for name := range j.exact {
			if strings.HasPrefix(name, path+".") {
				return true
			}
		}
	}
	for up := path; up != ""; up = parent(up) {
		if r := j.named(up); r != nil && (r.json != nil || r.elem != nil) {
			return true
		}
	}
	return false
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
	return &jsonRule{exact: map[string]*rule{}, rest: []pathRule{{path, scan}}}
}
