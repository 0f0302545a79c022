package anonymize

import (
	"fmt"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/ruleset"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/text"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

// Names of what a document has beside its source.
const (
	fieldID      = "_id"
	fieldRouting = "_routing"
)

// Documents is the compiled rule of one index.
type Documents struct {
	Empty bool // no document is copied

	id, routing *rule
	source      *jsonRule
	slots       slots
}

// RawDocument is a document as the source has it; Routing may be nil.
type RawDocument struct{ ID, Routing, Source []byte }

// CleanDocument is a document that has passed its rules. Source is one line
// of JSON.
type CleanDocument struct {
	ID, Routing, Source Clean
	Drop                bool // a rule leaves the document out
}

// Documents compiles the rules of one index (without the tenant's prefix).
func (p *Plan) Documents(store, index string) (*Documents, error) {
	c := &compiler{in: p.in}
	if c.group(store, index) == nil {
		c.missing = append(c.missing, Field{Store: store, Group: index, Name: "**"})
	}
	d := c.compileDocuments(place{store: store, group: index})
	if err := c.refusal(); err != nil {
		return nil, err
	}
	return d, nil
}

// compileDocuments compiles one index and notes what does not fit.
func (c *compiler) compileDocuments(at place) *Documents {
	g := c.group(at.store, at.group)
	d := &Documents{source: &jsonRule{at: at, flat: true}}
	if g == nil {
		return d
	}
	if g.Options.Rows.Empty() || (g.Rule != nil && g.Rule.Verb == "drop") {
		d.Empty = true
		return d
	}
	d.slots = c.slotsOf(at.store, at.group, g)
	var paths []ruleset.Field
	for i := range g.Fields {
		f := &g.Fields[i]
		if f.Path != fieldID && f.Path != fieldRouting {
			paths = append(paths, *f)
			continue
		}
		r, err := c.compileRule(&f.Rule, scope{at: place{at.store, at.group, f.Path}, slots: &d.slots})
		if err != nil {
			c.fail(place{at.store, at.group, f.Path}, err.Error())
			continue
		}
		if f.Path == fieldID {
			d.id = r
		} else {
			d.routing = r
		}
	}
	if err := c.addPaths(d.source, paths, scope{at: at, flat: true, slots: &d.slots}); err != nil {
		c.fail(at, err.Error())
	}
	d.source.pins = c.pinnedPaths(at, d.source)
	return d
}

// checkMapping holds an index's surveyed fields against its rules.
func (c *compiler) checkMapping(at place, fields []Field) {
	d := c.compileDocuments(at)
	if d.Empty {
		return
	}
	for _, f := range fields {
		switch {
		case f.Name == fieldID && d.id != nil, f.Name == fieldRouting && d.routing != nil:
		case f.Name != fieldID && f.Name != fieldRouting && d.source.covers(f.Name):
		default:
			c.uncovered(f, d.source.starred(f.Name))
		}
	}
}

// Document passes one document.
func (a *Anonymizer) Document(d *Documents, raw RawDocument) (CleanDocument, error) {
	a.reset()
	if err := a.identifyIn(&d.slots, raw.Source); err != nil {
		return a.unreadDocument(d, err)
	}
	var out CleanDocument
	var did outcome
	var err error
	if out.ID, did, err = a.documentName(d.id, place{d.source.at.store, d.source.at.group, fieldID}, raw.ID); err != nil || did == unread {
		return CleanDocument{Drop: true}, err
	}
	if raw.Routing != nil {
		if out.Routing, did, err = a.documentName(d.routing, place{d.source.at.store, d.source.at.group, fieldRouting}, raw.Routing); err != nil || did == unread {
			return CleanDocument{Drop: true}, err
		}
	}
	source, did, err := a.json(d.source, a.arena, raw.Source)
	if err != nil {
		return a.unreadDocument(d, err)
	}
	body := raw.Source
	if did == changed {
		body = source[len(a.arena):]
	}
	line, err := text.Compact(source, body) // behind it: compacting never reads what it has written
	if err != nil {
		return a.unreadDocument(d, errForm)
	}
	a.arena = line
	out.Source = Clean{b: line[len(source):]}
	return out, nil
}

// unreadDocument records a document that cannot be read, and leaves it out.
func (a *Anonymizer) unreadDocument(d *Documents, err error) (CleanDocument, error) {
	if !misfits(err) {
		return CleanDocument{}, a.unread(d.source.at, err)
	}
	a.misfit(&rule{verb: "its rules", at: d.source.at}, err, "")
	return CleanDocument{Drop: true}, nil
}

// documentName applies the rule of an _id or a _routing; without one the
// value is not written, and recorded.
func (a *Anonymizer) documentName(r *rule, at place, raw []byte) (Clean, outcome, error) {
	if r == nil {
		a.counts.Dropped++
		if a.drops() {
			return Clean{null: true}, nulled, nil
		}
		return Clean{null: true}, nulled, a.findIn(at)
	}
	c, did, err := a.run(r, raw)
	if err != nil {
		return Clean{}, did, a.failed(r, err)
	}
	return c, did, nil
}

// identifyIn finds the people whom a JSON value names.
func (a *Anonymizer) identifyIn(s *slots, source []byte) error {
	a.nobodyKnown(len(s.fields))
	for slot, field := range s.fields {
		if field == "" {
			continue
		}
		id, ok, err := text.Scalar(source, field)
		if err != nil {
			return errForm
		}
		if ok {
			a.know(s, slot, id)
		}
	}
	return nil
}

// unread reports a record that cannot be read as its rules need it.
func (a *Anonymizer) unread(at place, err error) error {
	if err == errTooMany {
		return &report.Refusal{Code: report.Privacy, What: "copy " + at.store, Why: err.Error(), Hint: "end the rules of " + at.group + " in a \"**\" line"}
	}
	return &report.Error{Code: report.Incompatible, Store: at.store, Op: fmt.Sprintf("apply the rules of %s", at.group), Err: err}
}
