package anonymize

import (
	"maps"
	"mime"
	"slices"
	"strings"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/ruleset"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/text"
)

// Objects is the compiled rules of a blob store: the first pattern that
// matches an object's name rules it.
type Objects struct {
	store string
	rules []*objectRule
}

// objectRule is one pattern of object names.
type objectRule struct {
	at       place
	pattern  ruleset.Pattern
	name     *rule // nil keeps the name
	body     *rule
	metadata *jsonRule
	slots    slots
}

// Object is an object as the source lists it.
type Object struct {
	Name     string
	Size     int64
	Type     string // content type
	Metadata map[string]string
}

// CleanObject is what the rules say about one object.
type CleanObject struct {
	Name     Clean
	Group    string // the pattern it matched
	Fate     Fate   // Keep: copy on the server with Permit; Rewrite: Body
	Type     Clean  // content type
	Metadata []CleanPair
	Permit   Permit // only when Fate is Keep
}

// CleanPair is one metadata entry.
type CleanPair struct{ Key, Value Clean }

// Objects returns the rules of a blob store.
func (p *Plan) Objects(store string) *Objects {
	if s := p.in.Rules.Store(store); s != nil {
		return p.blobs[s.Name]
	}
	return &Objects{store: store}
}

// compileObjects compiles the patterns of a blob store.
func (c *compiler) compileObjects(s *ruleset.Store) *Objects {
	o := &Objects{store: s.Name}
	for i := range s.Groups {
		g := &s.Groups[i]
		or := &objectRule{at: place{store: s.Name, group: g.Pattern.String()}, pattern: g.Pattern, slots: slots{fields: []string{""}, sources: []string{""}}}
		or.body = c.groupRule(g.Rule, or.at, &or.slots)
		if g.Options.Name != nil {
			or.name = c.groupRule(g.Options.Name, place{s.Name, or.at.group, "$name"}, &or.slots)
		}
		meta, err := c.compileJSON(lowerNames(g.Options.Metadata), scope{at: place{s.Name, or.at.group, "$metadata"}, names: true, slots: &or.slots})
		if err != nil {
			c.fail(or.at, err.Error())
		}
		or.metadata = meta
		o.rules = append(o.rules, or)
	}
	return o
}

// lowerNames spells metadata keys in lower case: stores do not tell it.
func lowerNames(fields []ruleset.Field) []ruleset.Field {
	fields = slices.Clone(fields)
	for i := range fields {
		fields[i].Path, fields[i].Name = strings.ToLower(fields[i].Path), strings.ToLower(fields[i].Name)
	}
	return fields
}

// match finds the rule of a name.
func (o *Objects) match(name string) (*objectRule, ruleset.Capture) {
	for _, or := range o.rules {
		if captured, ok := or.pattern.Match(name); ok {
			return or, captured
		}
	}
	return nil, ruleset.Capture{}
}

// checkObject holds one kind of object against the rules.
func (c *compiler) checkObject(f Field) {
	if s := c.in.Rules.Store(f.Store); s != nil && s.Find(f.Sample) != nil {
		return
	}
	c.missing = append(c.missing, f)
}

// Object begins an object.
func (a *Anonymizer) Object(o *Objects, raw Object) (CleanObject, error) {
	a.reset()
	or, captured := o.match(raw.Name)
	a.object, a.raw = or, raw
	if or == nil {
		a.counts.Dropped++
		if a.drops() {
			return CleanObject{Fate: Leave}, nil
		}
		return CleanObject{Fate: Unknown}, a.findIn(place{store: o.store, group: a.generalName(raw.Name, '/') + "*"})
	}
	a.begin(&or.slots, captured)
	out := CleanObject{Group: or.at.group, Fate: Rewrite, Name: Clean{b: []byte(raw.Name)}, Type: Clean{b: []byte(contentType(raw.Type))}}
	switch or.body.verb {
	case "drop":
		a.counts.Dropped++
		return CleanObject{Group: or.at.group, Fate: Leave}, nil
	case "keep":
		out.Fate, out.Permit, out.Type = Keep, Permit{name: raw.Name}, Clean{b: []byte(raw.Type)}
		a.counts.Kept++
	}
	if or.name != nil {
		c, ok, err := a.openName(or.name, or.pattern, []byte(raw.Name))
		if err != nil {
			return CleanObject{}, a.failed(or.name, err)
		}
		if !ok {
			return CleanObject{Group: or.at.group, Fate: Unknown}, nil
		}
		out.Name = c
	}
	var err error
	out.Metadata, err = a.metadata(or, raw.Metadata)
	return out, err
}

// metadata passes an object's metadata; each key needs a rule.
func (a *Anonymizer) metadata(or *objectRule, raw map[string]string) ([]CleanPair, error) {
	var out []CleanPair
	for _, key := range slices.Sorted(maps.Keys(raw)) {
		path := text.JoinPath("", strings.ToLower(key))
		res := a.cacheOf(or.metadata).lookup(or.metadata, []byte(path))
		if res.rule == nil {
			a.counts.Dropped++
			if !a.drops() {
				if err := a.findIn(a.unknownPlace(or.metadata, path)); err != nil {
					return nil, err
				}
			}
			continue
		}
		c, ok, err := a.element(res.rule, []byte(raw[key]))
		if err != nil {
			return nil, err
		}
		if !ok {
			continue
		}
		name := Clean{b: []byte(key)}
		if res.data() {
			if name, err = a.name(res.rule, name.b); err != nil {
				return nil, err
			}
			if name.null {
				continue
			}
			name = headerName(name)
		}
		out = append(out, CleanPair{Key: name, Value: c})
	}
	return out, nil
}

// headerName makes a rewritten metadata key one that stores accept: letters,
// digits, - and _, all else becomes _.
func headerName(c Clean) Clean {
	out := slices.Clone(c.b)
	for i, b := range out {
		if !isLetter(b&^0x20) && (b < '0' || b > '9') && b != '-' {
			out[i] = '_'
		}
	}
	return Clean{b: out}
}

// contentType returns the type of a body that was made or rewritten: without
// parameters such as a file's name, all but the character set.
func contentType(raw string) string {
	kind, params, err := mime.ParseMediaType(raw)
	if err != nil {
		if raw == "" {
			return ""
		}
		return "application/octet-stream"
	}
	if charset := params["charset"]; charset != "" {
		return mime.FormatMediaType(kind, map[string]string{"charset": charset})
	}
	return kind
}
