package ruleset

import (
	"slices"
	"strings"
)

// sources reads `person:`: store, then group, then columns.
func (p *reader) sources(person pair) {
	stores, ok := p.pairs(person, "a store")
	if !ok {
		return
	}
	for _, store := range stores {
		switch kind := kindOf(store.key); {
		case kind == "blob":
			p.add(store.pos, "", "person: objects do not list people")
			continue
		case !p.storeName(store):
			continue
		}
		groups, _ := p.pairs(store, "a table, an index or a key pattern")
		for _, group := range groups {
			p.source(store.key, group)
		}
	}
}

// sourceKeys lists what a source can say of a person.
func sourceKeys() []string {
	return []string{"id", "name", "first", "last", "email", "phone", "locale"}
}

// source reads the columns of one source.
func (p *reader) source(store string, group pair) {
	src := Source{Store: store, Group: group.key, Pos: group.pos}
	pattern, err := ParsePatternFor(store, group.key)
	switch {
	case err != nil:
		p.add(group.pos, "", "%q: %v", group.key, err)
	case pattern.schema && (strings.ContainsAny(group.key, "*?")):
		p.add(group.pos, "", "%q: people are in tables named one by one", group.key)
	}
	into := map[string]*string{
		"id": &src.ID, "name": &src.Name, "first": &src.First, "last": &src.Last, "email": &src.Email, "phone": &src.Phone, "locale": &src.Locale,
	}
	columns, ok := p.pairs(group, "a column")
	for _, column := range columns {
		target := into[column.key]
		if target == nil {
			p.add(column.pos, hintOf(column.key, sourceKeys()), "unknown key %q of a person", column.key)
			ok = false
			continue
		}
		name, good := p.scalar(column)
		if !good {
			ok = false
			continue
		}
		*target = name
		if p.plainPath(column.value.pos, store, name); kindOf(store) == "postgres" {
			*target = plainColumn(name)
		}
	}
	if !ok {
		return
	}
	if src.ID == "" {
		p.add(group.pos, "add id: and the column", "person source %q has no id", group.key)
	}
	if src.Name+src.First+src.Last+src.Email+src.Phone == "" {
		p.add(group.pos, "add name, first, last, email or phone", "person source %q names nobody", group.key)
	}
	twice := func(before Source) bool {
		return before.Store == store && plainTable(before.Group) == plainTable(src.Group)
	}
	if slices.ContainsFunc(p.rules.Sources, twice) {
		p.add(group.pos, "", "person source %q stands twice", group.key)
	}
	p.rules.Sources = append(p.rules.Sources, src)
}

// plainPath refuses a path that is none, or that means more than one place, where a person's data is named. Columns are free.
func (p *reader) plainPath(pos Pos, store, name string) {
	if kindOf(store) == "postgres" {
		if _, err := ColumnName(name); err != nil {
			p.add(pos, "", "column %q: one column, not a wildcard", name)
		}
		return
	}
	path, err := ParsePath(name)
	if err != nil {
		p.add(pos, "", "path %q: %v", name, err)
		return
	}
	if slices.ContainsFunc(path.steps, func(st step) bool { return st.kind != stepKey }) {
		p.add(pos, "", "path %q: one place, not a wildcard or an array", name)
	}
}

// pairs is the lines of a mapping with at least one; what names a line for the mistake.
func (p *reader) pairs(kv pair, what string) ([]pair, bool) {
	switch {
	case kv.value.kind == nodeBroken:
		return nil, false
	case kv.value.kind != nodeMapping || len(kv.value.pairs) == 0:
		p.add(kv.value.pos, "", "%s: not a mapping with %s in each line", kv.key, what)
		return nil, false
	}
	return kv.value.pairs, true
}

// storeName says whether a key names a store; it reports the mistake when not.
func (p *reader) storeName(kv pair) bool {
	kind, name, named := strings.Cut(kv.key, "/")
	if !slices.Contains(storeKinds(), kind) {
		known := append(storeKinds(), settings()...)
		p.add(kv.pos, hintOf(kv.key, known), "unknown key %q", kv.key)
		return false
	}
	if named && (name == "" || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "") {
		p.add(kv.pos, "lower-case letters, digits, - and _", "%q is not the name of a store", kv.key)
		return false
	}
	return true
}

// hintOf names the nearest known word, or all of them.
func hintOf(word string, known []string) string {
	if near := didYouMean(word, known); near != "" {
		return near
	}
	return "known: " + strings.Join(known, ", ")
}
