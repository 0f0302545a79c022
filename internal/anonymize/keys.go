package anonymize

import (
	"github.com/tenantcopy/tenantcopy/internal/anonymize/ruleset"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/text"
)

// Keys is the compiled rules of a Redis store: the first pattern that matches
// a key's name rules it.
type Keys struct {
	store string
	rules []*keyRule
}

// keyRule is one pattern of key names.
type keyRule struct {
	at      place
	pattern ruleset.Pattern
	name    *rule // nil keeps the name
	value   *rule
	slots   slots
}

// Keys returns the rules of a Redis store.
func (p *Plan) Keys(store string) *Keys {
	if s := p.in.Rules.Store(store); s != nil {
		return p.keys[s.Name]
	}
	return &Keys{store: store}
}

// compileKeys compiles the patterns of a Redis store.
func (c *compiler) compileKeys(s *ruleset.Store) *Keys {
	k := &Keys{store: s.Name}
	for i := range s.Groups {
		g := &s.Groups[i]
		kr := &keyRule{at: place{store: s.Name, group: g.Pattern.String()}, pattern: g.Pattern}
		kr.slots = c.linkOf(g)
		kr.value = c.groupRule(g, g.Rule, kr.at, &kr.slots)
		if g.Options.Name != nil {
			kr.name = c.groupRule(g, g.Options.Name, place{s.Name, kr.at.group, "$key"}, &kr.slots)
		}
		k.rules = append(k.rules, kr)
	}
	return k
}

// groupRule compiles a rule on a whole key or object.
func (c *compiler) groupRule(_ *ruleset.Group, r *ruleset.Rule, at place, s *slots) *rule {
	if r == nil {
		return &rule{verb: "drop", at: at}
	}
	out, err := c.compileRule(r, scope{at: at, slots: s})
	if err != nil {
		c.fail(at, err.Error())
		return &rule{verb: "drop", at: at}
	}
	return out
}

// linkOf says which field inside the value names the person, from $person.
func (c *compiler) linkOf(g *ruleset.Group) slots {
	s := slots{fields: []string{""}, sources: []string{""}}
	if link := g.Options.Person; link != nil {
		s.fields[0], s.sources[0] = link.Field, cmpOr(link.Source, c.firstSource())
	}
	return s
}

// Key is what the rules say about one Redis key.
type Key struct {
	Name  Clean  // its name behind the tenant's prefix, as it goes to the destination
	Group string // the pattern it matched
	Fate  Fate
}

// Key begins a key; name is without the tenant's prefix. A key without a rule
// is recorded, and its fate is Unknown.
func (a *Anonymizer) Key(k *Keys, name []byte) (Key, error) {
	a.reset()
	a.key = nil
	for _, kr := range k.rules {
		captured, ok := kr.pattern.Match(string(name))
		if !ok {
			continue
		}
		a.key = kr
		a.begin(&kr.slots, captured)
		return a.keyFate(kr, name)
	}
	if a.drops() {
		a.counts.Dropped++
		return Key{Fate: Leave}, nil
	}
	err := a.find(place{store: k.store, group: a.generalName(string(name), ':')})
	if err != nil {
		err = a.unread(place{store: k.store}, err)
	}
	return Key{Fate: Unknown}, err
}

func (a *Anonymizer) keyFate(kr *keyRule, name []byte) (Key, error) {
	out := Key{Group: kr.at.group, Fate: Rewrite, Name: Clean{b: name}}
	switch kr.value.verb {
	case "drop":
		a.counts.Dropped++
		return Key{Group: kr.at.group, Fate: Leave}, nil
	case "keep":
		out.Fate = Keep
	}
	if kr.name != nil {
		c, did, err := a.run(kr.name, name)
		if err != nil {
			return Key{}, a.failed(kr.name, err)
		}
		if did == dropped || did == nulled {
			return Key{Group: kr.at.group, Fate: Leave}, nil
		}
		out.Name = c
	}
	return out, nil
}

// begin sets the people of a key or an object: what its name captures first.
func (a *Anonymizer) begin(s *slots, captured ruleset.Capture) {
	a.who = a.who[:0]
	for range s.fields {
		a.who = append(a.who, nobody)
	}
	if captured.Source == "" {
		return
	}
	if n, ok := a.people.ByID(captured.Source, []byte(captured.Value)); ok {
		a.who[0] = n
	}
}

// generalName turns a name into a pattern that can be shown: its first part
// if that is a word, and * for what follows.
func (a *Anonymizer) generalName(name string, separator byte) string {
	for i := range len(name) {
		if name[i] == separator {
			if i > 0 && a.printable(name[:i]) {
				return name[:i+1] + "*"
			}
			break
		}
	}
	return "*"
}

// Payload passes the DUMP payload of a key whose fate is Keep. It panics on
// any other.
func (a *Anonymizer) Payload(raw []byte) Clean {
	if a.key == nil || a.key.value.verb != "keep" {
		panic("anonymize: Payload of a key without a keep rule")
	}
	a.counts.Kept++
	return Clean{b: raw}
}

// Text passes the value of a string key; ok is false when a rule drops it.
func (a *Anonymizer) Text(raw []byte) (c Clean, ok bool, err error) {
	if field := a.key.slots.fields[0]; field != "" && a.who[0] == nobody {
		if id, found, err := text.Scalar(raw, field); err == nil && found {
			if n, known := a.people.ByID(a.key.slots.sources[0], id); known {
				a.who[0] = n
			}
		}
	}
	return a.element(a.key.value, raw)
}

// Member passes one element of a list, a set or a sorted set. A rule for
// every element is written {list: …}; scan covers elements too.
func (a *Anonymizer) Member(raw []byte) (c Clean, ok bool, err error) {
	r := a.key.value
	switch {
	case r.elem != nil:
		return a.element(r.elem, raw)
	case r.text:
		return a.element(r, raw)
	}
	return Clean{}, false, a.mismatch("[]")
}

// Pair passes one field of a hash or of a stream entry.
func (a *Anonymizer) Pair(field, value []byte) (f, v Clean, ok bool, err error) {
	r := a.key.value
	name, at := r, Clean{b: field}
	switch {
	case r.json != nil:
		path := text.JoinPath("", string(field))
		res := a.lookup(r.json, []byte(path))
		if res.rule == nil {
			a.counts.Dropped++
			if a.drops() {
				return f, v, false, nil
			}
			return f, v, false, a.findIn(a.unknownPlace(r.json, path))
		}
		name = res.rule
		if !res.direct && name.text {
			if at, _, err = a.element(name, field); err != nil {
				return f, v, false, err
			}
		}
	case r.text:
		if at, _, err = a.element(r, field); err != nil {
			return f, v, false, err
		}
	default:
		return f, v, false, a.mismatch("*")
	}
	v, ok, err = a.element(name, value)
	return at, v, ok, err
}

// Number passes a sorted set's score.
func (a *Anonymizer) Number(raw []byte) Clean {
	a.counts.Kept++
	return Clean{b: raw}
}

// element applies a rule to one value of a key; NULL has no form in Redis, so
// it is left out.
func (a *Anonymizer) element(r *rule, raw []byte) (Clean, bool, error) {
	c, did, err := a.run(r, raw)
	if err != nil {
		if err == errTooMany {
			return Clean{}, false, a.unread(r.at, err)
		}
		return Clean{}, false, a.failed(r, err)
	}
	return c, did != dropped && did != nulled, nil
}

// mismatch records a key whose type its rule does not cover.
func (a *Anonymizer) mismatch(path string) error {
	if a.drops() {
		a.counts.Dropped++
		return nil
	}
	return a.findIn(place{a.key.at.store, a.key.at.group, path})
}

func (a *Anonymizer) findIn(at place) error {
	if err := a.find(at); err != nil {
		return a.unread(at, err)
	}
	return nil
}
