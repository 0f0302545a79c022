package anonymize

import (
	"strings"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/ruleset"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/text"
)

// This room compiles rules for values that are made of others: PostgreSQL's
// composites and arrays. Their parts are known from the catalogue, so each is
// held against the rules as a column is, before the first byte.

// made reports a form whose values are made of others of known forms.
func (f Form) made() bool { return f == FormRecord || f == FormArray || f == FormHstore }

// insideRule compiles a rule on a composite or an array.
func (c *compiler) insideRule(r *ruleset.Rule, f Field, s *slots) *rule {
	out := &rule{verb: r.Verb, at: place{f.Store, f.Group, f.path()}, form: f.Form}
	if r.Else != nil && (r.Verb == "json" || r.Verb == "list") {
		c.fail(out.at, "else beside "+r.Verb+", which reads every value of type "+f.Type+": write it beside the rules of its parts")
	}
	for _, part := range f.Parts {
		inner, star := partRule(r, part, true)
		if star && !c.pinned(partOf(f, part)) {
			inner, _ = partRule(r, part, false)
		}
		part = partOf(f, part)
		if inner == nil {
			c.uncovered(part, star)
			out.parts = append(out.parts, c.emptied(part))
			continue
		}
		out.parts = append(out.parts, c.partRule(inner, part, s))
	}
	return out
}

// partOf gives a part its place: as the path of a column's JSON is spelled.
func partOf(f, part Field) Field {
	part.Store, part.Group = f.Store, f.Group
	switch path, name := f.path(), colons.Replace(escapeName(part.Name)); {
	case f.Form == FormArray:
		part.Name = path + "[]"
	case len(cutLevels(path)) > 1:
		part.Name = path + "." + name
	default:
		part.Name = joinPath(path, name)
	}
	part.part = true
	return part
}

// partRule compiles the rule of one part. What is said of a whole value as
// text is said of everything in it that can name somebody.
func (c *compiler) partRule(r *ruleset.Rule, part Field, s *slots) *rule {
	if r.Verb == "text" || r.Verb == "scan" {
		at := place{part.Store, part.Group, part.Name}
		switch part.Form {
		case FormInt, FormNumeric:
			return &rule{verb: r.Verb, at: at, form: part.Form, apply: applyKnownNumber, number: applyKnownNumber}
		case FormInet:
			r = &ruleset.Rule{Verb: "ip", Pos: r.Pos}
		case FormBool, FormFloat, FormUUID, FormDate, FormTimestamp, FormTime, FormTimeTZ, FormInterval, FormRange, FormMultirange, FormEnum:
			return &rule{verb: "keep", at: at, form: part.Form}
		}
	}
	return c.valueRule(r, part, s)
}

// leads reports whether what follows the star of a path leads into the values of
// a field, so that a line for attributes of any name can mean it.
func (f Field) leads(below string) bool {
	if f.Form == FormArray || f.Form == FormTextArray {
		return strings.HasPrefix(below, "[]")
	}
	return strings.HasPrefix(below, ".") && (f.Form == FormRecord || f.Form == FormHstore || f.Form == FormJSON || f.Form == FormJSONB)
}

// partRule returns the rule for one part of a value under r, nil when none covers
// it; stars says whether a "*" may cover it, starred whether one does.
func partRule(r *ruleset.Rule, part Field, stars bool) (inner *ruleset.Rule, starred bool) {
	switch r.Verb {
	case "list":
		return r.Elem, false
	case "json":
		return attributeRule(r.Fields, part, stars)
	}
	return r, false
}

// attributeRule returns what lines by path say of one attribute of a
// composite; nil when none covers it. Lines about what is inside the attribute
// become a rule by path of its own, which the first line that covers the whole
// attribute ends. stars says whether a "*" may cover it, starred whether one
// does.
func attributeRule(fields []ruleset.Field, part Field, stars bool) (found *ruleset.Rule, starred bool) {
	name, attribute := escapeName(part.Name), text.JoinPath("", part.Name)
	var deeper []ruleset.Field
	list := false
	for _, f := range fields {
		path, err := ruleset.ParsePath(f.Path)
		if f.Path == "*" && !stars {
			continue
		}
		if err == nil && path.Match(attribute) {
			starred = f.Path == "*"
			if len(deeper) == 0 {
				return &f.Rule, starred
			}
			deeper = append(deeper, ruleset.Field{Path: "**", Rule: f.Rule, Pos: f.Pos})
			break
		}
		rest, is := strings.CutPrefix(f.Path, name)
		if star, any := strings.CutPrefix(f.Path, "*"); any && part.leads(star) { // "*.email": of every attribute that has parts
			rest, is = star, true
		}
		elements, isList := strings.CutPrefix(rest, "[]")
		if isList {
			rest = elements
		}
		switch below, inside := strings.CutPrefix(rest, "."); {
		case !is:
		case inside:
			list = list || isList
			deeper = append(deeper, ruleset.Field{Path: below, Rule: f.Rule, Pos: f.Pos})
		case isList && rest == "":
			if list = true; len(deeper) == 0 {
				return &ruleset.Rule{Verb: "list", Elem: &f.Rule, Pos: f.Pos}, false
			}
			deeper = append(deeper, ruleset.Field{Path: "**", Rule: f.Rule, Pos: f.Pos})
		}
	}
	if len(deeper) == 0 {
		return nil, false
	}
	inner := &ruleset.Rule{Verb: "json", Fields: deeper, Pos: deeper[0].Pos}
	if list {
		inner = &ruleset.Rule{Verb: "list", Elem: inner, Pos: inner.Pos}
	}
	return inner, starred
}
