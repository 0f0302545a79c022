package ruleset

import (
	"fmt"
	"slices"
	"strings"
)

// store reads the groups of one store.
func (p *reader) store(kv pair) {
	if !p.storeName(kv) {
		return
	}
	store := Store{Name: kv.key, Pos: kv.pos}
	groups, _ := p.pairs(kv, "a table, an index, an object or a key pattern")
	for _, g := range groups {
		if g.key == "$comments" && kindOf(kv.key) == "postgres" {
			p.oneOf(g, []string{"keep", "drop"}, &store.Comments)
			continue
		}
		if g.key == "$orphans" && kindOf(kv.key) == "postgres" {
			store.Orphans = p.orphans(g)
			continue
		}
		if strings.HasPrefix(g.key, "$") {
			p.add(g.pos, "", "option %q: not supported yet", g.key)
			continue
		}
		if group, ok := p.group(kindOf(kv.key), g); ok {
			store.Groups = append(store.Groups, group)
		}
	}
	store.lookup = newLookup(store.Groups)
	p.hiddenGroups(&store)
	p.rules.Stores = append(p.rules.Stores, store)
}

// group reads one group; false when it cannot be used for further checks.
func (p *reader) group(kind string, kv pair) (Group, bool) {
	g := Group{Pos: kv.pos}
	pattern, err := ParsePatternFor(kind, kv.key)
	if err != nil {
		p.add(kv.pos, "", "%q: %v", kv.key, err)
	}
	g.Pattern = pattern
	if kind == "blob" || kind == "redis" {
		p.whole(&g, kind, kv)
	} else {
		p.table(&g, kind, kv)
	}
	return g, err == nil
}

// whole reads a group of blob or redis: one rule, alone or beside options.
func (p *reader) whole(g *Group, kind string, kv pair) {
	place, option, name := InBlob, "$body", "$name"
	if kind == "redis" {
		place, option, name = InValue, "$value", "$key"
	}
	options, rest := split(kv.value)
	if len(options) == 0 {
		g.Rule = p.rule(kv.value, place)
		return
	}
	for _, o := range options {
		switch {
		case o.key == option:
			g.Options.Value = p.rule(o.value, place)
			g.Rule = g.Options.Value
		case o.key == name:
			g.Options.Name = p.rule(o.value, InName)
		case o.key == "$metadata" && kind == "blob":
			g.Options.Metadata = p.fields(o, flatFields, InDocument)
		case o.key == "$groups" && kind == "redis":
			g.Options.Groups = p.rule(o.value, InGroup)
		case o.key == "$person" && kind == "redis":
			g.Options.Person = p.link(o, pathFields)
		default:
			p.unknownOption(o, kind)
		}
	}
	written := slices.ContainsFunc(options, func(o pair) bool { return o.key == option })
	switch {
	case written && len(rest.pairs) > 0:
		p.add(rest.pairs[0].pos, "leave one of them out", "a rule beside %s", option)
	case !written && len(rest.pairs) == 0:
		p.add(kv.pos, "add "+option+": and a verb", "%q has options but no rule", kv.key)
	case !written:
		g.Rule = p.rule(rest, place)
	}
}

// table reads a group of postgres or search: options, and a rule for each field.
func (p *reader) table(g *Group, kind string, kv pair) {
	switch kv.value.kind {
	case nodeBroken:
		return
	case nodeMapping:
	case nodeScalar:
		p.wholeTable(g, kind, kv)
		return
	default:
		p.add(kv.value.pos, `write {"*": keep} or {`+rowsOption(kind)+": none}", "%q has no rules", kv.key)
		return
	}
	shape, place := columnFields, InColumn
	if kind == "search" {
		shape, place = documentFields, InDocument
	}
	before := len(p.all)
	options, rest := split(kv.value)
	for _, o := range options {
		switch o.key {
		case rowsOption(kind):
			p.rows(g, kind, o)
		case "$person":
			g.Options.Person = p.link(o, shape)
		case orphansOption(kind):
			g.Options.Orphans = p.orphans(o)
		default:
			p.unknownOption(o, kind)
		}
	}
	switch {
	case len(rest.pairs) > 0:
		g.Fields = p.fields(pair{key: kv.key, pos: kv.pos, value: rest}, shape, place)
	case !g.Options.Rows.Empty():
		p.add(kv.pos, "", "%q has no field", kv.key)
	}
	if len(p.all) == before { // a line with a mistake is not among the fields
		p.siblings(g, shape)
	}
}

// wholeTable is one verb for a whole table or index: only drop, of an index.
func (p *reader) wholeTable(g *Group, kind string, kv pair) {
	word := kv.value.text
	switch {
	case kind == "search" && word == "drop":
		g.Rule = &Rule{Verb: word, Pos: kv.value.pos}
	case word == "drop":
		p.add(kv.value.pos, "say {$rows: none}", "a table cannot be left out")
	default:
		p.add(kv.value.pos, fmt.Sprintf(`say {"*": %s}`, word), "%q: rules of a table or index are one per field", kv.key)
	}
}

// rowsOption is the option that says which records are copied.
func rowsOption(kind string) string {
	if kind == "search" {
		return "$docs"
	}
	return "$rows"
}

// optionsOf lists the options of a group.
func optionsOf(kind string) []string {
	switch kind {
	case "postgres":
		return []string{"$rows", "$person", "$orphans"}
	case "search":
		return []string{"$docs", "$person"}
	case "blob":
		return []string{"$body", "$name", "$metadata"}
	default:
		return []string{"$value", "$key", "$groups", "$person"}
	}
}

func (p *reader) unknownOption(o pair, kind string) {
	switch o.key {
	case "$schema":
		p.add(o.pos, "", "option %q: not supported yet", o.key)
	case "$keys", "$objects":
		p.add(o.pos, "say drop instead of a rule", "option %q: not supported yet", o.key)
	case "$rows":
		p.add(o.pos, "known: "+strings.Join(optionsOf(kind), ", "), "unknown option %q", o.key)
	default:
		p.add(o.pos, hintOf(o.key, optionsOf(kind)), "unknown option %q", o.key)
	}
}

// link reads $person: a field, or a field and the source it points to.
func (p *reader) link(o pair, shape fieldShape) *Link {
	l := &Link{Pos: o.value.pos}
	switch {
	case o.value.kind == nodeMapping && len(o.value.pairs) == 1:
		kv := o.value.pairs[0]
		source, ok := p.scalar(kv)
		if !ok {
			return nil
		}
		l.Field, l.Source, l.Pos = kv.key, source, kv.pos
	case o.value.kind == nodeMapping:
		p.add(o.value.pos, "", "$person: one field names the person")
		return nil
	default:
		field, ok := p.scalar(o)
		if !ok {
			return nil
		}
		l.Field = field
	}
	store := "search"
	if shape == columnFields {
		store = "postgres"
	}
	p.plainPath(l.Pos, store, l.Field)
	return l
}

// split parts the options of a group, which begin with $, from the rest.
func split(n node) (options []pair, rest node) {
	rest = n
	if n.kind != nodeMapping {
		return nil, rest
	}
	rest.pairs = nil
	for _, kv := range n.pairs {
		if strings.HasPrefix(kv.key, "$") {
			options = append(options, kv)
		} else {
			rest.pairs = append(rest.pairs, kv)
		}
	}
	if len(rest.pairs) > 0 {
		rest.pos = rest.pairs[0].pos
	}
	return options, rest
}
