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
	groups  *rule // of the names of a stream's groups and consumers; nil where none is written
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
		kr.value = c.groupRule(g.Rule, kr.at, &kr.slots)
		if g.Options.Name != nil {
			kr.name = c.groupRule(g.Options.Name, place{s.Name, kr.at.group, "$key"}, &kr.slots)
		}
		if g.Options.Groups != nil {
			kr.groups = c.groupRule(g.Options.Groups, place{s.Name, kr.at.group, "$groups"}, &kr.slots)
			if kr.value.verb == "keep" {
				c.fail(kr.at, "$groups beside keep, which carries a stream with its groups as they are: take the line out")
			}
		}
		k.rules = append(k.rules, kr)
	}
	return k
}

// groupRule compiles a rule on a whole key or object.
func (c *compiler) groupRule(r *ruleset.Rule, at place, s *slots) *rule {
	if r == nil {
		return &rule{verb: "drop", at: at}
	}
	inner := at
	if (r.Verb == "json" || r.Verb == "hash" || r.Verb == "list") && at.path == "" {
		inner.path = r.Verb // findings say into which mapping their line goes
	}
	out, err := c.compileRule(r, scope{at: inner, slots: s})
	if err != nil {
		c.fail(at, err.Error())
		return &rule{verb: "drop", at: at}
	}
	out.at = at
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
	plain := string(name)
	for _, kr := range k.rules {
		captured, ok := kr.pattern.Match(plain)
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
	a.counts.Dropped++
	return Key{Fate: Unknown}, a.findIn(place{store: k.store, group: a.generalName(plain, ':')})
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
		c, ok, err := a.openName(kr.name, kr.pattern, name)
		if err != nil {
			return Key{}, a.failed(kr.name, err)
		}
		if !ok {
			return Key{Group: kr.at.group, Fate: Unknown}, nil
		}
		out.Name = c
	}
	return out, nil
}

// begin sets the people of a key or an object: what its name captures first.
func (a *Anonymizer) begin(s *slots, captured ruleset.Capture) {
	a.nobodyKnown(len(s.fields))
	if captured.Source != "" {
		if n, ok := a.people.ByID(captured.Source, []byte(captured.Value)); ok {
			a.who[0], a.named = n, append(a.named, n)
		}
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
	s := &a.key.slots
	for slot, field := range s.fields {
		if field == "" || a.who[slot] != nobody {
			continue
		}
		if id, found := scalarAt(raw, field); found { // a value without paths names nobody
			a.know(s, slot, id)
		}
	}
	return a.element(a.key.value, raw)
}

// Link tells a field of a hash or of a stream entry before its pairs are
// passed, so that $person or context may name it.
func (a *Anonymizer) Link(field, value []byte) {
	s := &a.key.slots
	for slot, name := range s.fields {
		if name != "" && name == string(field) && a.who[slot] == nobody {
			a.know(s, slot, value)
		}
	}
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
	return Clean{}, false, a.mismatch("list")
}

// Pair passes one field of a hash or of a stream entry.
func (a *Anonymizer) Pair(field, value []byte) (f, v Clean, ok bool, err error) {
	r := a.key.value
	f = Clean{b: field}
	data := r.text
	switch {
	case r.json != nil:
		path := text.JoinPath("", string(field))
		res := a.cacheOf(r.json).lookup(r.json, []byte(path))
		if res.rule == nil {
			a.counts.Dropped++
			if a.drops() {
				return Clean{}, v, false, nil
			}
			return Clean{}, v, false, a.findIn(a.unknownPlace(r.json, path))
		}
		r, data = res.rule, res.data()
	case !r.text:
		return Clean{}, v, false, a.mismatch("hash:*")
	}
	if data {
		if f, err = a.name(r, field); err != nil || f.null {
			return Clean{}, v, false, err
		}
	}
	v, ok, err = a.element(r, value)
	return f, v, ok, err
}

// Group passes the name of a consumer group of a stream, or of a consumer, who
// may be a person. ok is false when a rule leaves it out, with what hangs on it.
func (a *Anonymizer) Group(raw []byte) (c Clean, ok bool, err error) {
	switch r := a.key.groups; {
	case a.key.value.verb == "keep":
		return a.Payload(raw), true, nil
	case r != nil:
		return a.element(r, raw)
	case a.key.value.text:
		c, err = a.name(a.key.value, raw)
		return c, err == nil && !c.null, err
	}
	return Clean{}, false, a.mismatch("$groups")
}

// name passes the name of a field that no line spells out: it is text. One
// that is none is recorded under the rule of its value, and is NULL.
func (a *Anonymizer) name(r *rule, raw []byte) (Clean, error) {
	at := len(a.arena)
	out, did, err := a.freeText(a.arena, raw, false)
	switch {
	case misfits(err):
		a.misfit(r, err, "")
		return Clean{null: true}, nil
	case err != nil:
		return Clean{}, a.failed(r, err)
	case did == kept:
		return Clean{b: raw}, nil
	}
	a.arena = out
	return Clean{b: out[at:]}, nil
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
		return Clean{}, false, a.failed(r, err)
	}
	return c, did != dropped && !c.null, nil
}

// mismatch records a key whose type its rule does not cover.
func (a *Anonymizer) mismatch(path string) error {
	a.counts.Dropped++
	if a.drops() {
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
