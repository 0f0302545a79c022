package anonymize

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/filler"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/ruleset"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/text"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

// compiler collects what is wrong while a plan is made.
type compiler struct {
	in       Input
	missing  []Field  // no rule covers them
	unpinned []Field  // a "*" would, if schema.lock pinned them
	wrong    []string // a rule does not fit its field: "place: why"
	told     []string // a text of the schema tells of people: the same
	notes    []Note
	tables   map[place]*ruledTable // nil until it is asked for
}

// Compile checks every field against the rules and returns a Plan, or a
// *report.Refusal that lists all reasons at once with lines ready to paste.
//
// People may be nil or empty; names, keys and rules may not.
func Compile(in Input) (*Plan, error) {
	if in.People == nil {
		var err error
		if in.People, err = person.Build(nil, person.Options{Keys: in.Keys, Names: in.Names, EmailDomain: in.Rules.EmailDomain, KeepDomains: in.Rules.KeepDomains}); err != nil {
			return nil, err
		}
	}
	c := &compiler{in: in}
	p := &Plan{in: in, hash: planHash(in), networks: networks(), keys: make(map[string]*Keys), blobs: make(map[string]*Objects)}
	p.dict = buildDictionary(in.People)
	p.engine, p.beside = text.NewEngine(p.dict, in.Places), text.NewSurroundings()
	p.latin = in.Names.For("", "A")
	p.scanAll = scanEverything()
	var err error
	if p.fillers, err = filler.Version(cmpOr(in.Rules.Names, "v1")); err != nil {
		return nil, fmt.Errorf("compile rules: %w", err)
	}
	for i := range in.Rules.Stores {
		s := &in.Rules.Stores[i]
		switch kindOf(s.Name) {
		case "redis":
			p.keys[s.Name] = c.compileKeys(s)
		case "blob":
			p.blobs[s.Name] = c.compileObjects(s)
		}
	}
	c.checkFields()
	c.checkUniques()
	c.checkLinks()
	c.checkRoutes()
	c.checkShuffles()
	c.checkTexts(p)
	c.noteEmptied()
	c.notePins()
	p.notes = c.notes
	if err := c.refusal(); err != nil {
		return nil, err
	}
	return p, nil
}

func kindOf(store string) string {
	kind, _, _ := strings.Cut(store, "/")
	return kind
}

// checkFields compiles every surveyed field once, to find all that is
// missing or does not fit before anything is written.
func (c *compiler) checkFields() {
	byGroup := make(map[place][]Field)
	var order []place
	for _, f := range c.in.Fields {
		key := place{store: f.Store, group: f.Group}
		if kindOf(f.Store) == "blob" {
			c.checkObject(f)
			continue
		}
		if _, seen := byGroup[key]; !seen {
			order = append(order, key)
		}
		byGroup[key] = append(byGroup[key], f)
	}
	for _, key := range order {
		switch kindOf(key.store) {
		case "postgres":
			c.compileRow(key.store, key.group, byGroup[key])
		case "search":
			c.checkMapping(key, byGroup[key])
		}
	}
}

// group finds the rules of a table or an index; nil when there are none.
func (c *compiler) group(store, name string) *ruleset.Group {
	s := c.in.Rules.Store(store)
	if s == nil {
		return nil
	}
	return s.Find(name)
}

// fail notes that a rule does not fit.
func (c *compiler) fail(at place, why string) {
	c.wrong = append(c.wrong, at.String()+": "+why)
}

// note keeps what is not refused and must be known.
func (c *compiler) note(store, text string) {
	c.notes = append(c.notes, Note{Store: store, Text: text})
}

// refusal returns all reasons as one refusal, nil when there are none. In
// drop mode missing rules are no reason, but for a document's _id: without one
// there is nothing to write it under.
func (c *compiler) refusal() error {
	missing, unpinned := c.missing, c.unpinned
	if c.in.Rules.Unclassified == ruleset.Drop {
		missing = slices.DeleteFunc(slices.Clone(missing), func(f Field) bool { return kindOf(f.Store) != "search" || f.Name != fieldID })
		unpinned = nil
	}
	if len(missing)+len(unpinned)+len(c.wrong)+len(c.told) == 0 {
		return nil
	}
	r := &report.Refusal{Code: report.Privacy, What: "apply " + c.in.Rules.File}
	var why []string
	if n := len(missing); n > 0 {
		why = append(why, fmt.Sprintf("%d %s no rule", n, plural(n, "field has", "fields have")))
	}
	if n := len(c.wrong); n > 0 {
		why = append(why, fmt.Sprintf("%d %s", n, plural(n, "rule does not fit its field", "rules do not fit their fields")))
	}
	slices.Sort(c.wrong)
	slices.Sort(c.told)
	wrong, told := slices.Compact(c.wrong), slices.Compact(c.told)
	if n := len(told); n > 0 {
		why = append(why, fmt.Sprintf("%d %s people", n, plural(n, "text of the schema tells of", "texts of the schema tell of")))
	}
	r.Lines = slices.Concat(wrong, told)
	if n := len(unpinned); n > 0 {
		why = append(why, c.whyUnpinned(n))
		if c.in.Lock != nil {
			r.Lines, missing = append(r.Lines, c.driftLines()), append(slices.Clone(missing), unpinned...)
		}
	}
	r.Why, r.Lines = strings.Join(why, " and "), append(r.Lines, PasteLines(fieldLines(missing))...)
	r.Hint = c.hintOf(len(missing), len(unpinned), len(told))
	return r
}

// hintOf says what to do about fields without a rule, some of which a "*" would
// cover, about rules that do not fit, or about texts of the schema.
func (c *compiler) hintOf(missing, unpinned, told int) string {
	var hints []string
	if missing > 0 {
		hints = append(hints, "give each line above a verb and add it to "+c.in.Rules.File)
	}
	switch {
	case unpinned > 0 && c.in.Lock == nil:
		hints = append(hints, c.in.Locking+" writes it, for you to review")
	case unpinned > 0:
		hints[0] += ", before the \"*\" of its table"
		hints = append(hints, "or, where the verb beside \"*\" is right for what "+c.in.Lock.File+" lacks, pin it: "+c.in.Locking)
	case missing == 0 && len(c.wrong) > 0:
		hints = append(hints, "correct these lines in "+c.in.Rules.File)
	}
	if told > 0 {
		hints = append(hints, "a name with an oid is found at the source by SELECT oid::regclass, or in the catalogue of its kind")
	}
	return strings.Join(append(hints, "nothing was written"), "; ")
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// fieldLines turns fields into places for PasteLines.
func fieldLines(fields []Field) []Finding {
	out := make([]Finding, len(fields))
	for i, f := range fields {
		out[i] = Finding{Store: f.Store, Group: f.Group, Path: f.path()}
		if kindOf(f.Store) == "blob" {
			out[i].Group, out[i].Path = f.Group+f.Name, ""
		}
	}
	return out
}
