package ruleset

import (
	"maps"
	"regexp"
	"slices"
)

// Variable returns the name of the environment variable that holds the constant of a `set` rule: STAGING_HASH for {set: $STAGING_HASH}.
// The name is upper case, so that a password hash, which begins with $ too, is a constant. ok is false for every other rule.
func (r Rule) Variable() (name string, ok bool) {
	if r.Verb != "set" || !regexp.MustCompile(`^\$[A-Z_][A-Z0-9_]*$`).MatchString(r.Arg) {
		return "", false
	}
	return r.Arg[1:], true
}

// Variables lists the environment variables that the rules need, sorted, each once.
func (r *Rules) Variables() []string {
	found := map[string]bool{}
	var look func(rule *Rule)
	all := func(fields []Field) {
		for i := range fields {
			look(&fields[i].Rule)
		}
	}
	look = func(rule *Rule) {
		if rule == nil {
			return
		}
		if name, ok := rule.Variable(); ok {
			found[name] = true
		}
		all(rule.Fields)
		look(rule.Elem)
		look(rule.Else)
	}
	for _, s := range r.Stores {
		for _, g := range s.Groups {
			look(g.Rule)
			all(g.Fields)
			look(g.Options.Name)
			all(g.Options.Metadata)
			look(g.Options.Groups)
		}
	}
	return slices.Sorted(maps.Keys(found))
}
