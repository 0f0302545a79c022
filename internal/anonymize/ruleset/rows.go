package ruleset

import (
	"slices"
	"strings"
)

// Rows says which records of a table or index are copied. The zero Rows copies all of the source.
type Rows struct {
	None       bool       // no record of the source, but for those that Close adds
	Where      *Condition // only these rows of the source; nil for all
	Close      bool       // rows that copied rows of other tables refer to come along
	Preserve   bool       // rows of the old twin stay
	Stay       *Condition // only these rows of the old twin; nil for all
	PreferTwin bool       // of two rows with one unique key the old twin's is kept, else the source's
	Pos        Pos        // of the option's value; zero when it is not written
}

// Empty reports whether nothing of the source is copied, so that no field needs a rule.
func (r Rows) Empty() bool { return r.None && !r.Close }

// rowsKey is one key of the mapping behind $rows.
type rowsKey struct {
	name      string
	words     []string // that may stand there
	condition bool     // or a condition
	doc       string
	set       func(r *Rows, word string, c *Condition)
}

// rowsKeys is the table that makes the parser and the JSON Schema of $rows.
func rowsKeys() []rowsKey {
	return []rowsKey{
		{"source", []string{"all", "none"}, true, "Rows of the source: all, none, or those for which an SQL condition is true. Beside preserve the default is none, else all.",
			func(r *Rows, word string, c *Condition) { r.None, r.Where = word == "none", c }},
		{"close", []string{"true", "false"}, false, "true: rows that copied rows refer to by a foreign key are copied too; otherwise such references are refused.",
			func(r *Rows, word string, _ *Condition) { r.Close = word == "true" }},
		{"preserve", []string{"all"}, true, "Rows of the old twin that stay: all, or those for which an SQL condition is true.",
			func(r *Rows, _ string, c *Condition) { r.Preserve, r.Stay = true, c }},
		{"prefer", []string{"source", "twin"}, false, "Whose row is kept where a row of the source and one of the old twin have the same unique key; source is the default.",
			func(r *Rows, word string, _ *Condition) { r.PreferTwin = word == "twin" }},
	}
}

// shortRows are the words that stand for a mapping.
func shortRows() map[string]Rows {
	return map[string]Rows{"none": {None: true}, "preserve": {None: true, Preserve: true}}
}

// rows reads $rows and $docs.
func (p *reader) rows(g *Group, kind string, o pair) {
	r := Rows{None: true} // after a mistake: no complaint about missing fields
	word := o.value.text
	short, isShort := shortRows()[word]
	switch {
	case kind != "postgres":
		p.oneOf(o, []string{"none"}, new(string))
	case o.value.kind == nodeMapping:
		p.rowsMapping(&r, o)
	case isShort && o.value.kind == nodeScalar:
		r = short
	case o.value.kind == nodeScalar && word != "":
		if c := p.condition(o, []string{"none", "preserve"}); c != nil {
			r = Rows{Where: c}
		}
	default:
		p.scalar(o)
	}
	r.Pos = o.value.pos
	g.Options.Rows = r
}

// rowsMapping reads the long form.
func (p *reader) rowsMapping(r *Rows, o pair) {
	var names []string
	before := len(p.all)
	for _, k := range rowsKeys() {
		names = append(names, k.name)
	}
	*r = Rows{None: slices.ContainsFunc(o.value.pairs, func(kv pair) bool { return kv.key == "preserve" })}
	for _, kv := range o.value.pairs {
		i := slices.Index(names, kv.key)
		if i < 0 {
			p.add(kv.pos, hintOf(kv.key, names), "%s: unknown key %q", o.key, kv.key)
			continue
		}
		k := rowsKeys()[i]
		kv.key = o.key + ": " + kv.key
		word, ok := p.scalar(kv)
		switch {
		case !ok:
		case slices.Contains(k.words, word):
			k.set(r, word, nil)
		case !k.condition:
			p.oneOf(kv, k.words, new(string))
		default:
			if c := p.condition(kv, k.words); c != nil {
				k.set(r, "", c)
			}
		}
	}
	p.rowsSense(r, o)
	if len(p.all) > before {
		*r = Rows{None: true}
	}
}

// rowsSense refuses keys that have nothing to do.
func (p *reader) rowsSense(r *Rows, o pair) {
	has := func(key string) bool {
		return slices.ContainsFunc(o.value.pairs, func(kv pair) bool { return kv.key == key })
	}
	switch {
	case len(o.value.pairs) == 0:
		p.add(o.value.pos, "say {source: none}", "%s: says nothing", o.key)
	case has("prefer") && !has("preserve"):
		p.add(o.value.pos, "add preserve: all", "%s: prefer without preserve", o.key)
	case r.Close && !r.None && r.Where == nil && has("close"):
		p.add(o.value.pos, "add source: and a condition, or none", "%s: close without rows that are left out", o.key)
	}
}

// condition reads an SQL condition. A lone word is none: it would hide a slip of the pen.
func (p *reader) condition(kv pair, words []string) *Condition {
	text := kv.value.text
	hint := didYouMean(text, words)
	if hint == "" {
		hint = "known: " + strings.Join(words, ", ") + `, or an SQL condition such as "created_at > now() - interval '90 days'"`
	}
	c, err := ParseCondition(text)
	switch {
	case err != nil:
		p.add(kv.value.pos, "", "%s: %v", kv.key, err)
		return nil
	case len(c.tokens) == 1 && c.tokens[0].kind != sqlQuoted, kv.value.literal:
		p.add(kv.value.pos, hint, "%s: unknown value %q", kv.key, text)
		return nil
	}
	c.Pos = kv.value.pos
	return c
}

// schemaRows is the schema of $rows, from the same table.
func schemaRows() object {
	keys := object{}
	for _, k := range rowsKeys() {
		var one object
		switch {
		case k.condition:
			one = object{"type": "string", "pattern": `\S`}
		case k.words[0] == "true":
			one = object{"enum": []any{true, false, "true", "false"}}
		default:
			one = object{"enum": k.words}
		}
		keys[k.name] = described(one, k.doc)
	}
	return described(object{"anyOf": []any{
		object{"type": "string", "pattern": `\S`},
		object{"type": "object", "minProperties": 1, "properties": keys, "additionalProperties": false},
	}}, "Which rows are copied: none, preserve (the old twin's own rows stay, none of the source comes), an SQL condition, or a mapping. People are read from all rows, whatever it says.")
}
