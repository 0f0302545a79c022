package ruleset

import (
	"slices"
	"strings"
)

// check holds parts of the file against each other, once all of it is read.
func (p *reader) check() {
	r := &p.rules
	if !reserved(r.EmailDomain) && !slices.Contains(r.KeepDomains, r.EmailDomain) {
		p.add(p.domainPos, "use example.com or a name under .test, .invalid or .example, or list it in keep_domains",
			"email_domain %q is not reserved: mail to it may reach somebody", r.EmailDomain)
	}
	for i := range r.Stores {
		for j := range r.Stores[i].Groups {
			p.checkPerson(&r.Stores[i].Groups[j])
		}
	}
}

// checkPerson holds what a group says of its person against the sources, and spells the source as the source does.
func (p *reader) checkPerson(g *Group) {
	if link := g.Options.Person; link != nil {
		if len(p.rules.Sources) == 0 {
			p.add(link.Pos, "", "$person without a source of people")
		} else if link.Source != "" {
			if src := p.sourceOf(link.Source, link.Pos); src != nil {
				link.Source = src.Group
			}
		}
	}
	if !g.Pattern.captures {
		return
	}
	src := p.sourceOf(g.Pattern.source, g.Pos)
	switch {
	case src == nil:
	case src.ID != g.Pattern.column:
		p.add(g.Pos, "write {"+g.Pattern.source+"."+src.ID+"}", "%q: a name names a person by id", g.Pattern)
	default:
		g.Pattern.source = src.Group
	}
}

// sourceOf finds a person source by its group, `users` and `public.users` being the same.
func (p *reader) sourceOf(group string, pos Pos) *Source {
	var known []string
	for i, src := range p.rules.Sources {
		if plainTable(src.Group) == plainTable(group) {
			return &p.rules.Sources[i]
		}
		known = append(known, src.Group)
	}
	hint := "declare it under person:"
	if len(known) > 0 {
		hint = hintOf(group, known)
	}
	p.add(pos, hint, "unknown source of people %q", group)
	return nil
}

func plainTable(group string) string { return strings.TrimPrefix(group, "public.") }

// hiddenGroups refuses a group that an earlier one leaves no name to.
func (p *reader) hiddenGroups(s *Store) {
	for i := range s.Groups {
		g := &s.Groups[i]
		if before := s.hides(i); before != nil {
			p.add(g.Pos, "move it up", "%q is never reached: %q on line %d comes first", g.Pattern, before.Pattern, before.Pos.Line)
		}
	}
}

// siblings refuses a context or $person that names a field the group has no line for: a slip of the pen, as every field has one.
func (p *reader) siblings(g *Group, shape fieldShape) {
	if len(g.Fields) == 0 {
		return
	}
	var known []string
	var paths []Path
	for _, f := range g.Fields {
		if path, err := fieldPath(f.Path, shape); err == nil {
			known, paths = append(known, f.Path), append(paths, path)
		}
	}
	look := func(field string, pos Pos) {
		path, err := fieldPath(field, shape)
		if err != nil || !slices.ContainsFunc(paths, func(p Path) bool { return p.hides(path) }) {
			p.add(pos, didYouMean(field, known), "%q has no field %q", g.Pattern, field)
		}
	}
	if link := g.Options.Person; link != nil {
		look(link.Field, link.Pos)
	}
	for _, f := range g.Fields {
		for r := &f.Rule; r != nil; r = r.Else {
			if r.Context != "" {
				look(r.Context, r.contextPos)
			}
		}
	}
}
