package anonymize

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/ruleset"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/text"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

// This room is about "*", which covers the fields of a table or an index that
// no other line names. It covers only those that schema.lock pins: a field that
// production has got since is refused, as it is where every field has a line.
// What a survey cannot list (paths inside JSON, fields of a hash, metadata)
// cannot be pinned; there a "*" is a key of any name. "**" is the rest, known
// or not.

// Pins lists the fields that a "*" of the rules covers, as schema.lock holds
// them. It refuses a field whose name holds an e-mail address: a mapping can
// take its paths from data, and the file must hold nothing of a tenant's.
func Pins(rules *ruleset.Rules, fields []Field) ([]ruleset.Pin, error) {
	c := &compiler{in: Input{Rules: rules}}
	paths := make(map[*ruleset.Group]*jsonRule)
	var out []ruleset.Pin
	for _, f := range fields {
		g := c.group(f.Store, f.Group)
		if g == nil || g.Options.Rows.Empty() || g.Rule != nil || f.Derived {
			continue
		}
		var covered []Field
		if kindOf(f.Store) == "search" {
			if paths[g] == nil {
				paths[g] = linesOf(g)
			}
			if f.Name != fieldID && f.Name != fieldRouting && paths[g].starred(f.Name) {
				covered = []Field{f}
			}
		} else if line := columnLine(g, f, true); line != nil {
			covered = coveredByStar(line, f)
		}
		for _, f := range covered {
			out = append(out, pinsOf(f)...)
		}
	}
	return out, c.refuseData(out)
}

// refuseData refuses fields whose names are data, by their group alone.
func (c *compiler) refuseData(pins []ruleset.Pin) error {
	r := &report.Refusal{Code: report.Privacy, What: "pin fields of " + c.in.Rules.File, Why: "the names of some hold e-mail addresses, so that they are data and no schema",
		Hint: `write a line that ends in "**" for what lies there, as in by_user.**: scan, before the "*"`}
	for _, p := range pins {
		if line := p.Store + " " + p.Group; len(text.FindEmails(nil, []byte(p.Field))) > 0 && !slices.Contains(r.Lines, line) {
			r.Lines = append(r.Lines, line)
		}
	}
	if len(r.Lines) == 0 {
		return nil
	}
	return r
}

// HasStars reports whether a "*" of the rules covers fields of a store, so that
// schema.lock depends on it.
func HasStars(rules *ruleset.Rules, store string) bool {
	s := rules.Store(store)
	if s == nil || kindOf(store) != "postgres" && kindOf(store) != "search" {
		return false
	}
	return slices.ContainsFunc(s.Groups, func(g ruleset.Group) bool {
		return slices.ContainsFunc(g.Fields, func(f ruleset.Field) bool {
			return starIn(f.Path) || kindOf(store) == "postgres" && starInside(&f.Rule)
		})
	})
}

// starIn reports whether a "*" is a step of a path.
func starIn(path string) bool {
	p, err := ruleset.ParsePath(path)
	return err == nil && p.Any()
}

// starInside reports whether a rule has a "*" for the attributes of a composite.
func starInside(r *ruleset.Rule) bool {
	if r.Elem != nil && starInside(r.Elem) {
		return true
	}
	return slices.ContainsFunc(r.Fields, func(f ruleset.Field) bool { return f.Path == "*" || starInside(&f.Rule) })
}

// pinsOf returns the lines of schema.lock that a field needs: one, or one a type
// where the indexes of a name differ.
func pinsOf(f Field) []ruleset.Pin {
	types, name := []string{f.Type + f.Inside}, f.path()
	if kindOf(f.Store) == "search" {
		types, name = strings.Split(f.Type, "|"), f.Name
	}
	out := make([]ruleset.Pin, len(types))
	for i, typ := range types {
		out[i] = ruleset.Pin{Store: f.Store, Group: f.Group, Field: name, Type: typ}
	}
	return out
}

// pinned reports whether a "*" may cover a field.
func (c *compiler) pinned(f Field) bool {
	return !slices.ContainsFunc(pinsOf(f), func(p ruleset.Pin) bool { return !c.in.Lock.Has(p) })
}

// columnLine finds the first line of a table that covers a column; stars says
// whether a "*" may.
func columnLine(g *ruleset.Group, f Field, stars bool) *ruleset.Field {
	if g == nil {
		return nil
	}
	for i := range g.Fields {
		if line := &g.Fields[i]; line.Name == f.Name || line.Path == "*" && stars {
			return &g.Fields[i]
		}
	}
	return nil
}

// coveredByStar returns a column whose line is a "*", or the parts of it that
// one among the lines for its attributes covers.
func coveredByStar(line *ruleset.Field, f Field) []Field {
	if line.Path == "*" {
		return []Field{f}
	}
	return partsByStar(&line.Rule, f)
}

func partsByStar(r *ruleset.Rule, f Field) (out []Field) {
	for _, part := range f.Parts {
		inner, star := partRule(r, part, true)
		part = partOf(f, part)
		if star {
			out = append(out, part)
		} else if inner != nil {
			out = append(out, partsByStar(inner, part)...)
		}
	}
	return out
}

// uncovered notes a field without a rule, and one that a "*" would cover.
func (c *compiler) uncovered(f Field, star bool) {
	if star {
		c.unpinned = append(c.unpinned, f)
	} else {
		c.missing = append(c.missing, f)
	}
}

// whyUnpinned says why a "*" does not cover n fields: one reason for all of them
// where there is no schema.lock.
func (c *compiler) whyUnpinned(n int) string {
	if c.in.Lock == nil {
		return fmt.Sprintf(`there is no %s, without which "*" covers nothing: %d %s would be under it`, ruleset.LockFile, n, plural(n, "field", "fields"))
	}
	return fmt.Sprintf(`%d %s under "*" %s not pinned as %s`, n, plural(n, "field", "fields"), plural(n, "is", "are"), plural(n, "it is", "they are"))
}

// driftLines says what schema.lock lacks, ready to be compared: "-" before a
// type that was pinned, "+" before what is there.
func (c *compiler) driftLines() string {
	var before, after []ruleset.Pin
	for _, f := range c.unpinned {
		after = append(after, pinsOf(f)...)
	}
	for _, p := range c.in.Lock.Pins() {
		if slices.ContainsFunc(after, func(n ruleset.Pin) bool { return p.Store == n.Store && p.Group == n.Group && p.Field == n.Field }) {
			before = append(before, p)
		}
	}
	lines := ruleset.Drift(ruleset.NewLock("", before), ruleset.NewLock("", after))
	return c.in.Lock.File + ":\n  " + strings.Join(lines, "\n  ")
}

// noteEmptied says what of a "*" is emptied because nothing pins it, where the
// rules say drop.
func (c *compiler) noteEmptied() {
	if c.in.Rules.Unclassified != ruleset.Drop {
		return
	}
	for _, f := range c.unpinned {
		c.note(f.Store, f.Group+"."+f.Name+` is under "*" and not pinned in `+ruleset.LockFile+": it is emptied")
	}
}

// mostGone is how many fields that are gone a note lists.
const mostGone = 10

// notePins says which pinned fields the source has no more. That is no danger:
// their lines can go.
func (c *compiler) notePins() {
	there := make(map[place]bool)
	var note func(f Field)
	note = func(f Field) {
		for _, p := range pinsOf(f) {
			there[place{p.Store, p.Group, p.Field}], there[place{store: f.Store}] = true, true
		}
		for _, part := range f.Parts {
			note(partOf(f, part))
		}
	}
	for _, f := range c.in.Fields {
		note(f)
	}
	gone := make(map[string][]string)
	for _, p := range c.in.Lock.Pins() { // in order, so that a field of two types stands together
		at := place{p.Store, p.Group, p.Field}
		if there[place{store: p.Store}] && !there[at] {
			there[at] = true
			gone[p.Store] = append(gone[p.Store], p.Group+"."+p.Field)
		}
	}
	for _, store := range slices.Sorted(maps.Keys(gone)) {
		names := gone[store]
		n, more := len(names), ""
		if n > mostGone {
			names, more = names[:mostGone], fmt.Sprintf(" and %d more", n-mostGone)
		}
		c.note(store, fmt.Sprintf("%s pins %d %s that the source does not have: %s%s", c.in.Lock.File, n, plural(n, "field", "fields"), strings.Join(names, ", "), more))
	}
}

// Flags of a path in pinnedPaths.
const (
	pathPinned = 1 << iota // a field, and pinned
	pathOpen               // a field, and not pinned
	pathAbove              // leads to a field
)

// pinnedPaths is what the survey and schema.lock say of an index's paths.
type pinnedPaths map[string]uint8

// pinnedPaths returns them for one index; never nil.
func (c *compiler) pinnedPaths(at place, j *jsonRule) pinnedPaths {
	out := make(pinnedPaths)
	for _, f := range c.in.Fields {
		if f.Store != at.store || f.Group != at.group {
			continue
		}
		path, flag := j.normal(f.Name), uint8(pathOpen)
		if c.pinned(f) {
			flag = pathPinned
		}
		out[path] |= flag
		for _, up := range ancestors(path) {
			out[up] |= pathAbove
		}
	}
	return out
}

// reach says whether a "*" covers a path as a whole (it is pinned, or lies in
// the value of one that is), and whether it leads to fields that decide for
// themselves. known is whether the survey names the path, so that its last key
// is no data.
func (p pinnedPaths) reach(path string, ups []string) (whole, leads, known bool) {
	own := p[path]
	whole = own&pathPinned != 0 && own&pathOpen == 0
	if own == 0 {
		for _, up := range ups {
			if flags := p[up]; flags != 0 {
				whole = flags&pathPinned != 0 && flags&pathOpen == 0
				break
			}
		}
	}
	return whole, own&pathAbove != 0, own != 0
}
