package ruleset

import (
	"regexp"
	"slices"
	"strings"
)

// rule reads a rule at a place; nil after a mistake.
func (p *reader) rule(n node, place Kinds) *Rule {
	switch n.kind {
	case nodeScalar, nodeNull:
		verb, ok := p.verb(n.text, n.pos, place)
		if !ok {
			return nil
		}
		if verb.Args != ArgNone && verb.Args != ArgOptional {
			p.add(n.pos, "write {"+verb.Name+": …}", "verb %q stands without its argument", verb.Name)
			return nil
		}
		return verb.bare(n.pos)
	case nodeMapping:
		return p.mappedRule(n, place)
	case nodeEmpty:
		p.add(n.pos, "a verb such as keep", "no rule")
	case nodeList:
		p.add(n.pos, "", "a rule is one verb, not a list")
	}
	return nil
}

// bare is the rule of a verb written without argument.
func (v Verb) bare(pos Pos) *Rule {
	if v.Alias != "" {
		return &Rule{Verb: v.Alias, Arg: v.Name, Pos: pos}
	}
	return &Rule{Verb: v.Name, Arg: v.Default, Pos: pos}
}

// mappedRule reads {verb: argument}, with options of the verb beside it.
func (p *reader) mappedRule(n node, place Kinds) *Rule {
	var verb, context, instead *pair
	good := true
	for i := range n.pairs {
		kv := &n.pairs[i]
		_, known := p.verbs[kv.key]
		switch {
		case kv.key == "context":
			context = kv
		case kv.key == "else":
			instead = kv
		case !known:
			p.add(kv.pos, didYouMean(kv.key, append([]string{"context", "else"}, p.words...)), "unknown verb %q", kv.key)
			good = false
		case verb != nil:
			p.add(kv.pos, "a value has exactly one verb", "two verbs, %q and %q", verb.key, kv.key)
			good = false
		default:
			verb = kv
		}
	}
	if verb == nil {
		if good {
			p.add(n.pos, "a verb such as keep", "no verb")
		}
		return nil
	}
	v, ok := p.verb(verb.key, verb.pos, place)
	if !ok {
		return nil
	}
	r := v.bare(verb.pos)
	good = p.argument(r, v, *verb, place) && good
	if context != nil {
		good = p.context(r, v, *context) && good
	}
	if instead != nil {
		good = p.instead(r, v, *instead, place) && good
	}
	if !good {
		return nil
	}
	return r
}

// verb looks a verb up and says whether it may stand at a place.
func (p *reader) verb(word string, pos Pos, place Kinds) (Verb, bool) {
	v, known := p.verbs[word]
	switch {
	case !known:
		p.add(pos, didYouMean(word, p.words), "unknown verb %q", word)
	case !v.Kinds.Has(place):
		hint := "it rules " + v.Kinds.String()
		if word == "drop" && place == InColumn {
			hint = "a column cannot be left out: say null"
		}
		p.add(pos, hint, "verb %q cannot rule %s", word, place)
	default:
		return v, true
	}
	return Verb{}, false
}

// argument reads what stands behind a verb.
func (p *reader) argument(r *Rule, v Verb, kv pair, place Kinds) bool {
	switch v.Args {
	case ArgFields:
		shape := pathFields
		if v.Name == "hash" {
			shape = flatFields
		}
		r.Fields = p.fields(kv, shape, InDocument)
		return r.Fields != nil
	case ArgRule:
		r.Elem = p.rule(kv.value, InElement)
		return r.Elem != nil
	}
	empty := kv.value.kind == nodeEmpty || kv.value.kind == nodeNull
	switch {
	case kv.value.kind == nodeBroken:
		return false
	case empty && v.Args != ArgScalar:
		return true
	case v.Args == ArgNone:
		p.add(kv.value.pos, "", "verb %q takes no argument", v.Name)
		return false
	case empty, kv.value.kind != nodeScalar:
		p.add(kv.value.pos, "", "verb %q takes %s", v.Name, v.Arg)
		return false
	case v.Form != "" && !regexp.MustCompile(`^(?:`+v.Form+`)$`).MatchString(kv.value.text):
		p.add(kv.value.pos, "", "verb %q takes %s", v.Name, v.Arg)
		return false
	}
	r.Arg, r.Literal = kv.value.text, kv.value.literal
	return true
}

// context reads the option that names the field of the person a value speaks of.
func (p *reader) context(r *Rule, v Verb, kv pair) bool {
	if !v.Context {
		p.add(kv.pos, "", "verb %q takes no context", v.Name)
		return false
	}
	field, ok := p.scalar(kv)
	if !ok {
		return false
	}
	r.Context, r.contextPos = field, kv.value.pos
	return true
}

// instead reads the option that says what becomes of a value that the verb cannot read.
func (p *reader) instead(r *Rule, v Verb, kv pair, place Kinds) bool {
	if !v.Else {
		p.add(kv.pos, "", "verb %q takes no else: there is no value that it cannot read", v.Name)
		return false
	}
	other := p.rule(kv.value, place)
	if other == nil {
		return false
	}
	if other.Else != nil || !p.verbs[other.Verb].Instead {
		p.add(kv.value.pos, "say "+listed(insteadOf(place)), "else cannot be %q: it is for values that cannot be read", other.Verb)
		return false
	}
	r.Else = other
	return true
}

// insteadOf lists the verbs that may stand behind else at a place.
func insteadOf(place Kinds) []string {
	var names []string
	for _, v := range Verbs() {
		if v.Instead && v.Alias == "" && v.Kinds.Has(place) {
			names = append(names, v.Name)
		}
	}
	return names
}

// listed joins words for people: "a, b or c".
func listed(words []string) string {
	if n := len(words) - 1; n > 0 {
		return strings.Join(words[:n], ", ") + " or " + words[n]
	}
	return strings.Join(words, "")
}

// fieldShape says how the keys of a mapping of rules are read.
type fieldShape uint8

const (
	columnFields   fieldShape = iota // names, or "*"
	flatFields                       // names, or "*" and "**", which are the same
	pathFields                       // paths
	documentFields                   // paths, and the names _id and _routing
)

// fields reads a mapping of rules; nil when it has none that is good.
func (p *reader) fields(kv pair, shape fieldShape, place Kinds) []Field {
	lines, _ := p.pairs(kv, "a field")
	names := shape == columnFields || shape == flatFields
	var out []Field
	var paths []Path
	for _, line := range lines {
		path, err := fieldPath(line.key, shape)
		if err != nil {
			p.add(line.pos, "", "%q: %v", line.key, err)
		}
		at := place
		if shape == documentFields && isDocumentName(line.key) {
			at = InName
		}
		rule := p.rule(line.value, at)
		if err != nil || rule == nil {
			continue
		}
		if i := slices.IndexFunc(paths, func(before Path) bool { return before.hides(path) }); i >= 0 {
			p.add(line.pos, "move it up", "%q is never reached: %q on line %d comes first", line.key, out[i].Path, out[i].Pos.Line)
			continue
		}
		field := Field{Path: line.key, Rule: *rule, Pos: line.pos}
		if names && path.steps[0].kind == stepKey {
			field.Name = path.steps[0].name
		}
		out, paths = append(out, field), append(paths, path)
	}
	return out
}

func isDocumentName(name string) bool { return name == "_id" || name == "_routing" }

// fieldPath compiles the key of a field. A name is a path of one step, whatever characters it has.
func fieldPath(key string, shape fieldShape) (Path, error) {
	switch {
	case shape == pathFields, shape == documentFields && !isDocumentName(key):
		return ParsePath(key)
	case shape == documentFields:
		return Path{steps: []step{{kind: stepName, name: key}}}, nil
	case key == "*", key == "**" && shape == flatFields:
		return Path{steps: []step{{kind: stepRest}}}, nil
	}
	name, err := ColumnName(key)
	if err != nil && shape == flatFields && key != "" {
		name, err = key, nil // hashes and metadata take their names from programs: a star among other characters is one
	}
	return Path{steps: []step{{kind: stepKey, name: name}}}, err
}
