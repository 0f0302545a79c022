package anonymize

import (
	"encoding/json"
	"fmt"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/ruleset"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/text"
)

// outcome is what a rule did with a value.
type outcome uint8

const (
	kept    outcome = iota // unchanged
	changed                // rewritten
	nulled                 // replaced by NULL
	dropped                // left out, with what carries it
	unread                 // does not fit its rule, and is recorded; it must not be written
)

// nobody stands where no person is known.
const nobody int32 = -1

// apply does what a rule says with a value in text form. It appends the new
// value to dst and returns it; for kept, nulled and dropped it appends
// nothing. who is the person the value belongs to, or nobody.
type apply func(a *Anonymizer, dst, v []byte, who int32) ([]byte, outcome, error)

// rule is one compiled rule.
type rule struct {
	verb     string
	at       place
	apply    apply     // nil for keep, null, drop, strip, json, list and hash, which are not about one scalar
	number   apply     // for what is a number on the wire or in JSON; nil: apply makes text of it
	json     *jsonRule // json and hash, and text or scan on a column of JSON
	elem     *rule     // list
	other    *rule     // of values that do not fit this one; nil when none is written
	parts    []*rule   // of the attributes of a composite in order, or of the elements of an array
	list     *jsonRule // list, for an array in JSON
	text     bool      // text or scan: object keys under it are text too
	markup   bool      // text is HTML, as the rule says
	constant bool      // the value does not matter: set, and what empties a column
	raw      []byte    // set: the constant as JSON
	wire     []byte    // the constant as it stands on the wire, of the forms that are spelled
	shift    shift
	slot     int // which of the row's people it is about
	form     Form
	sub      Form // what a range ranges over
	max      int  // characters its column holds, 0 for any number
}

// place names a field for messages.
type place struct{ store, group, path string }

func (p place) String() string {
	if p.path == "" {
		return p.store + " " + p.group
	}
	return p.store + " " + p.group + "." + p.path
}

// scope is where rules are compiled: which people a rule may refer to.
type scope struct {
	at    place
	form  Form
	flat  bool // paths of a mapping
	names bool // the fields are names of one step, not paths: a hash, metadata
	slots *slots
}

// slots are the people that a row names: slot 0 is the row's own person, the
// others come from context options.
type slots struct {
	fields  []string // column or path of each slot; "" for none
	sources []string // declared source of each slot
}

// of returns the slot of a context field, adding it when it is new.
func (s *slots) of(field, source string) int {
	for i, f := range s.fields {
		if f == field {
			return i
		}
	}
	s.fields, s.sources = append(s.fields, field), append(s.sources, source)
	return len(s.fields) - 1
}

// compileRule turns one rule of the file into a rule to apply. The error says
// why the verb does not fit, without place.
func (c *compiler) compileRule(r *ruleset.Rule, in scope) (*rule, error) {
	out := &rule{verb: r.Verb, at: in.at, form: in.form}
	if r.Context != "" {
		out.slot = in.slots.of(fieldNamed(in.at.store, r.Context), c.firstSource())
	}
	var err error
	if out.other, err = c.elseRule(r, in); err != nil {
		return out, err
	}
	switch r.Verb {
	case "keep", "drop", "null", "derive", "strip", "shuffle":
		return out, nil
	case "json", "hash":
		in.names = r.Verb == "hash"
		fields, err := c.compileJSON(r.Fields, in)
		out.json = fields
		return out, err
	case "list":
		elem, err := c.compileRule(r.Elem, scope{at: place{in.at.store, in.at.group, in.at.path + "[]"}, flat: in.flat, slots: in.slots})
		out.elem, out.list = elem, &jsonRule{at: in.at, flat: in.flat, elem: elem}
		return out, err
	}
	verb, known := verbs()[r.Verb]
	if !known {
		return nil, fmt.Errorf("%s is not supported here", r.Verb)
	}
	fn, err := verb.make(c, r)
	if err != nil {
		return nil, err
	}
	out.apply, out.number, out.text = fn, verb.number, r.Verb == "text" || r.Verb == "scan"
	out.markup = r.Verb == "text" && r.Arg == "html"
	switch r.Verb {
	case "set":
		out.constant, out.raw = true, c.constantJSON(r)
	case "shift":
		out.shift, err = shiftArg(r)
	case "noise", "bucket":
		out.number = fn
	}
	return out, err
}

// constantJSON returns the constant of a set rule as it stands in JSON: a
// number, true or false written without quotes stays one.
func (c *compiler) constantJSON(r *ruleset.Rule) []byte {
	constant := c.constant(r)
	if _, variable := r.Variable(); !variable && r.Literal && json.Valid([]byte(constant)) {
		return []byte(constant)
	}
	return text.AppendString(nil, []byte(constant))
}

// firstSource returns the source that $person and context mean when they name
// none.
func (c *compiler) firstSource() string {
	if len(c.in.Rules.Sources) == 0 {
		return ""
	}
	return c.in.Rules.Sources[0].Group
}
