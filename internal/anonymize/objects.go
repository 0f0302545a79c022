package anonymize

import (
	"bytes"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/media"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/ruleset"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

// maxText is the largest body that is rewritten as text or JSON, in bytes:
// such a body is held in memory.
const maxText = 32 << 20

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
		or.body = c.groupRule(g, g.Rule, or.at, &or.slots)
		if g.Options.Name != nil {
			or.name = c.groupRule(g, g.Options.Name, place{s.Name, or.at.group, "$name"}, &or.slots)
		}
		meta, err := c.compileJSON(g.Options.Metadata, scope{at: place{s.Name, or.at.group, "$metadata"}, slots: &or.slots})
		if err != nil {
			c.fail(or.at, err.Error())
		}
		or.metadata = meta
		o.rules = append(o.rules, or)
	}
	return o
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
	s := c.in.Rules.Store(f.Store)
	if s != nil {
		for i := range s.Groups {
			if _, ok := s.Groups[i].Pattern.Match(f.Sample); ok {
				return
			}
		}
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
	out := CleanObject{Group: or.at.group, Fate: Rewrite, Name: Clean{b: []byte(raw.Name)}, Type: Clean{b: []byte(raw.Type)}}
	switch or.body.verb {
	case "drop":
		a.counts.Dropped++
		return CleanObject{Group: or.at.group, Fate: Leave}, nil
	case "keep":
		out.Fate, out.Permit = Keep, Permit{name: raw.Name}
		a.counts.Kept++
	}
	if or.name != nil {
		c, did, err := a.run(or.name, []byte(raw.Name))
		if err != nil {
			return CleanObject{}, a.failed(or.name, err)
		}
		if did != dropped && did != nulled {
			out.Name = c
		}
	}
	var err error
	out.Metadata, err = a.metadata(or, raw.Metadata)
	return out, err
}

// metadata passes an object's metadata; each key needs a rule.
func (a *Anonymizer) metadata(or *objectRule, raw map[string]string) ([]CleanPair, error) {
	var out []CleanPair
	for _, key := range slices.Sorted(maps.Keys(raw)) {
		res := a.lookup(or.metadata, []byte(strings.ToLower(key)))
		if res.rule == nil {
			a.counts.Dropped++
			if !a.drops() {
				if err := a.findIn(a.unknownPlace(or.metadata, strings.ToLower(key))); err != nil {
					return nil, err
				}
			}
			continue
		}
		c, ok, err := a.element(res.rule, []byte(raw[key]))
		if err != nil {
			return nil, err
		}
		if ok {
			out = append(out, CleanPair{Key: Clean{b: []byte(key)}, Value: c})
		}
	}
	return out, nil
}

// Body makes the body of the object that was begun last: the original, as a
// stream, for a keep rule; a generated or rewritten one for any other. It
// reads no more of the original than the rule needs, and closes it, except
// for a keep rule, where the caller closes what source returned.
func (a *Anonymizer) Body(source func() (io.ReadCloser, error)) (CleanBody, error) {
	or := a.object
	if or.body.verb == "keep" {
		r, err := source()
		return CleanBody{r: r, size: a.raw.Size, typ: a.raw.Type}, err
	}
	body, err := source()
	if err != nil {
		return CleanBody{}, err
	}
	defer body.Close()
	switch or.body.verb {
	case "avatar", "placeholder", "set", "null", "secret":
		head, err := io.ReadAll(io.LimitReader(body, media.HeadBytes))
		if err != nil {
			return CleanBody{}, err
		}
		return a.generated(or, head)
	}
	if a.raw.Size > maxText {
		return CleanBody{}, &report.Error{Code: report.Incompatible, Store: or.at.store, Op: "rewrite a body of " + or.at.group, Err: errForm,
			Hint: "a body over 32 MB cannot be rewritten as text; use placeholder, drop or keep"}
	}
	all, err := io.ReadAll(io.LimitReader(body, maxText+1))
	if err != nil {
		return CleanBody{}, err
	}
	return a.rewritten(or, all)
}

// generated makes a body that holds nothing of the original.
func (a *Anonymizer) generated(or *objectRule, head []byte) (CleanBody, error) {
	var out bytes.Buffer
	kind := media.Sniff(head, a.raw.Name)
	if or.body.verb == "avatar" {
		h, err := media.ReadHeader(head)
		if err == nil {
			err = media.Avatar(&out, h, a.portrait(a.who[0], []byte(a.raw.Name)))
		}
		if err == nil {
			return a.generatedBody(out.Bytes()), nil
		}
		out.Reset() // no picture, or one too large to draw: a stand-in, never the original
	}
	if err := media.Placeholder(&out, kind, placeholderTitle); err != nil {
		return CleanBody{}, a.failed(or.body, err)
	}
	return a.generatedBody(out.Bytes()), nil
}

func (a *Anonymizer) generatedBody(b []byte) CleanBody {
	a.counts.Changed++
	return CleanBody{r: bytes.NewReader(b), size: int64(len(b)), typ: a.raw.Type}
}

// rewritten passes a whole body through a text, scan or json rule.
func (a *Anonymizer) rewritten(or *objectRule, all []byte) (CleanBody, error) {
	c, ok, err := a.element(or.body, all)
	if err != nil {
		return CleanBody{}, err
	}
	if !ok {
		c = Clean{}
	}
	return CleanBody{r: bytes.NewReader(c.b), size: int64(len(c.b)), typ: a.raw.Type}, nil
}
