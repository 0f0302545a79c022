package postgres

import (
	"strings"

	"github.com/tenantcopy/tenantcopy/internal/anonymize"
)

// parts lists what values of a type are made of, as far as rules can look into
// them: the attributes of a composite, the element of an array, what a range is over.
func (ts types) parts(oid uint32, mod int32) []anonymize.Field {
	form, _, _ := ts.form(oid, mod)
	oid, mod, _ = ts.base(oid, mod)
	t := ts[oid]
	switch {
	case form == anonymize.FormArray: // whose modifier is that of its element
		elem := ts.part(t.elem, mod)
		if e := ts[t.elem]; e != nil {
			elem.Type = e.label
		}
		return []anonymize.Field{elem}
	case form == anonymize.FormRange || form == anonymize.FormMultirange:
		sub := ts.part(t.sub, -1)
		if s := ts[t.sub]; s != nil {
			sub.Type = s.label
		}
		return []anonymize.Field{sub}
	case form != anonymize.FormRecord:
		return nil
	}
	out := make([]anonymize.Field, len(t.attrs))
	for i, attr := range t.attrs {
		out[i] = ts.part(attr, t.attrMods[i])
		out[i].Name, out[i].Type = t.attrNames[i], t.attrLabels[i]
	}
	return out
}

// inside says what a type is made of, where its name does not tell: a composite
// or domain may be another one tomorrow, under the same name.
func (ts types) inside(oid uint32) string {
	t := ts[oid]
	switch {
	case t == nil:
	case t.class == "c":
		attrs := make([]string, len(t.attrs))
		for i, attr := range t.attrs {
			attrs[i] = t.attrNames[i] + " " + t.attrLabels[i] + ts.inside(attr)
		}
		return " (" + strings.Join(attrs, ", ") + ")"
	case t.elem != 0:
		return ts.inside(t.elem)
	case oid < firstUserOID:
	case t.base != 0 && ts[t.base] != nil:
		return " of " + ts[t.base].label + ts.inside(t.base)
	case t.sub != 0 && ts[t.sub] != nil:
		return " of " + ts[t.sub].label + ts.inside(t.sub)
	}
	return ""
}

// part is one of them, without its names.
func (ts types) part(oid uint32, mod int32) anonymize.Field {
	f := anonymize.Field{Words: ts.hidesWords(oid), Labels: ts.labels(oid), Inside: ts.inside(oid), Parts: ts.parts(oid, mod)}
	f.Form, f.MaxLen, f.NotNull = ts.form(oid, mod)
	return f
}
