package postgres

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/tenantcopy/tenantcopy/internal/anonymize"
)

// firstUserOID is the first number that is a server's own: types below it
// have the same one everywhere.
const firstUserOID = 16384

// typeInfo is one type of the source.
type typeInfo struct {
	schema, name string
	class        string   // pg_type.typtype: b, c, d, e, p, r, m
	elem         uint32   // of a true array
	base         uint32   // of a domain
	mod          int32    // of a domain
	sub          uint32   // of a range or multirange
	attrs        []uint32 // of a composite
	attrNames    []string // beside them
	attrLabels   []string // beside them: the types as the server writes them
	attrMods     []int32  // beside them
	label        string   // as the server writes it
	notNull      bool
	binary       bool     // has a binary form
	labels       []string // of an enum
}

// types holds every type that columns use, directly or inside others.
type types map[uint32]*typeInfo

const typesQuery = `SELECT t.oid, n.nspname, t.typname, t.typtype::text,
  CASE WHEN t.typsend = 'array_send'::regproc THEN t.typelem ELSE 0 END, t.typbasetype, t.typtypmod,
  coalesce((SELECT r.rngsubtype FROM pg_range r WHERE r.rngtypid = t.oid OR (to_jsonb(r) ->> 'rngmultitypid')::oid = t.oid), 0),
  ARRAY(SELECT a.atttypid FROM pg_attribute a WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum),
  ARRAY(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum),
  ARRAY(SELECT format_type(a.atttypid, a.atttypmod) FROM pg_attribute a WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum),
  ARRAY(SELECT a.atttypmod FROM pg_attribute a WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum),
  format_type(t.oid, NULL), t.typnotnull, t.typsend::oid <> 0 AND t.typreceive::oid <> 0, ARRAY(SELECT e.enumlabel::text FROM pg_enum e WHERE e.enumtypid = t.oid ORDER BY e.enumsortorder)
FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE t.oid = ANY ($1::oid[])`

// readTypes reads the used types and all that they are made of.
func readTypes(ctx context.Context, query queryFunc, used []uint32) (types, error) {
	all := make(types)
	for len(used) > 0 {
		var missing []uint32
		for _, oid := range used {
			if _, seen := all[oid]; !seen && oid != 0 {
				all[oid] = nil
				missing = append(missing, oid)
			}
		}
		used = used[:0:0]
		if len(missing) == 0 {
			break
		}
		err := each(ctx, query, typesQuery, []any{missing}, func(rows pgx.Rows) error {
			var oid uint32
			var t typeInfo
			if err := rows.Scan(&oid, &t.schema, &t.name, &t.class, &t.elem, &t.base, &t.mod, &t.sub, &t.attrs, &t.attrNames, &t.attrLabels, &t.attrMods, &t.label, &t.notNull, &t.binary, &t.labels); err != nil {
				return err
			}
			all[oid] = &t
			used = append(append(used, t.elem, t.base, t.sub), t.attrs...)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

// base follows domains down to a type, its modifier, and whether one of them
// refuses NULL.
func (ts types) base(oid uint32, mod int32) (uint32, int32, bool) {
	notNull := false
	for {
		t := ts[oid]
		if t == nil || t.class != "d" {
			return oid, mod, notNull
		}
		notNull = notNull || t.notNull
		if mod < 0 {
			mod = t.mod
		}
		oid = t.base
	}
}

// The built-in types that rules can read and write.
const (
	oidBool, oidBytea, oidName, oidInt8, oidInt2, oidInt4, oidText, oidJSON, oidXML  = 16, 17, 19, 20, 21, 23, 25, 114, 142
	oidFloat4, oidFloat8, oidTextArray, oidVarcharArray, oidBpchar, oidVarchar       = 700, 701, 1009, 1015, 1042, 1043
	oidDate, oidTime, oidTimestamp, oidTimestamptz, oidInterval, oidTimetz           = 1082, 1083, 1114, 1184, 1186, 1266
	oidNumeric, oidUUID, oidJSONB, oidTSVector                                       = 1700, 2950, 3802, 3614
	oidInet, oidCIDR                                                                 = 869, 650
	oidRegproc, oidRegprocedure, oidRegoper, oidRegoperator, oidRegclass, oidRegtype = 24, 2202, 2203, 2204, 2205, 2206
	oidRegconfig, oidRegdictionary, oidRegnamespace, oidRegrole, oidRegcollation     = 3734, 3769, 4089, 4096, 4191
)

// form says how a column's values stand on the wire in binary, and how long
// they may be in characters.
func (ts types) form(oid uint32, mod int32) (form anonymize.Form, maxLen int, notNull bool) {
	oid, mod, notNull = ts.base(oid, mod)
	if (oid == oidVarchar || oid == oidBpchar || oid == oidVarcharArray) && mod >= 4 {
		maxLen = int(mod) - 4
	}
	switch oid {
	case oidText, oidVarchar, oidBpchar, oidXML:
		return anonymize.FormText, maxLen, notNull
	case oidName:
		return anonymize.FormText, longestName, notNull
	case oidJSON:
		return anonymize.FormJSON, 0, notNull
	case oidJSONB:
		return anonymize.FormJSONB, 0, notNull
	case oidInt2, oidInt4, oidInt8:
		return anonymize.FormInt, 0, notNull
	case oidFloat4, oidFloat8:
		return anonymize.FormFloat, 0, notNull
	case oidNumeric:
		return anonymize.FormNumeric, 0, notNull
	case oidBool:
		return anonymize.FormBool, 0, notNull
	case oidUUID:
		return anonymize.FormUUID, 0, notNull
	case oidInet, oidCIDR:
		return anonymize.FormInet, 0, notNull
	case oidDate:
		return anonymize.FormDate, 0, notNull
	case oidTimestamp, oidTimestamptz:
		return anonymize.FormTimestamp, 0, notNull
	case oidTime:
		return anonymize.FormTime, 0, notNull
	case oidTimetz:
		return anonymize.FormTimeTZ, 0, notNull
	case oidInterval:
		return anonymize.FormInterval, 0, notNull
	case oidTextArray, oidVarcharArray:
		return anonymize.FormTextArray, maxLen, notNull
	case oidBytea:
		return anonymize.FormBytes, 0, notNull
	}
	switch t := ts[oid]; {
	case t != nil && t.name == "citext" && t.class == "b":
		return anonymize.FormText, 0, notNull
	case t != nil && t.name == "hstore" && t.class == "b":
		return anonymize.FormHstore, 0, notNull
	case t != nil && t.class == "e":
		return anonymize.FormEnum, 0, notNull
	case t != nil && t.class == "c":
		return anonymize.FormRecord, 0, notNull
	case t != nil && t.sub != 0:
		return ts.rangeForm(t), 0, notNull
	case t != nil && t.elem != 0:
		if elem, _, _ := ts.form(t.elem, mod); elem != anonymize.FormOpaque { // else the array's own name says best what it is
			return anonymize.FormArray, 0, notNull
		}
	}
	return anonymize.FormOpaque, 0, notNull
}

// rangeForm is the form of a range or multirange: rules can read those over
// numbers and dates.
func (ts types) rangeForm(t *typeInfo) anonymize.Form {
	switch sub, _, _ := ts.form(t.sub, -1); sub {
	case anonymize.FormInt, anonymize.FormFloat, anonymize.FormNumeric, anonymize.FormDate, anonymize.FormTimestamp:
		if t.class == "m" {
			return anonymize.FormMultirange
		}
		return anonymize.FormRange
	}
	return anonymize.FormOpaque
}

// textForm is the form of a column's values in a table that travels as text.
func textForm(form anonymize.Form) anonymize.Form {
	switch form {
	case anonymize.FormJSON, anonymize.FormJSONB:
		return anonymize.FormJSON
	case anonymize.FormBytes, anonymize.FormTextArray, anonymize.FormArray, anonymize.FormRecord, anonymize.FormHstore, anonymize.FormOpaque,
		anonymize.FormTime, anonymize.FormTimeTZ, anonymize.FormInterval, anonymize.FormRange, anonymize.FormMultirange:
		return anonymize.FormOpaque
	case anonymize.FormEnum:
		return anonymize.FormEnum
	}
	return anonymize.FormText
}

// labels returns what an enum column may hold.
func (ts types) labels(oid uint32) []string {
	oid, _, _ = ts.base(oid, -1)
	if t := ts[oid]; t != nil {
		return t.labels
	}
	return nil
}

// hidesWords reports whether values of a type are made of a text's words in a
// form that no proof can read: a full-text vector, alone or inside another.
func (ts types) hidesWords(oid uint32) bool {
	t := ts[oid]
	switch {
	case oid == oidTSVector:
		return true
	case t == nil || oid == 0:
		return false
	case t.class == "c":
		return slices.ContainsFunc(t.attrs, ts.hidesWords)
	}
	return t.elem != 0 && ts.hidesWords(t.elem) || t.base != 0 && ts.hidesWords(t.base)
}

// textOnly reports whether values of a type must travel as text: it has no
// binary form, or one that holds a number of this server's.
func (ts types) textOnly(oid uint32) bool {
	switch oid {
	case oidRegproc, oidRegprocedure, oidRegoper, oidRegoperator, oidRegclass, oidRegtype, oidRegconfig, oidRegdictionary, oidRegnamespace, oidRegrole, oidRegcollation:
		return true
	}
	t := ts[oid]
	switch {
	case t == nil || oid == 0:
		return oid != 0
	case t.base != 0:
		return ts.textOnly(t.base)
	case t.elem != 0:
		return ts.textOnly(t.elem)
	case t.sub != 0: // what is inside a range would have to be renumbered
		return ts.textOnly(t.sub) || ts.renumbered(t.sub)
	case t.class == "c":
		for _, a := range t.attrs {
			if ts.textOnly(a) {
				return true
			}
		}
		return false
	}
	return !t.binary
}

// renumbered reports whether the binary form of a type names types of this
// server by number.
func (ts types) renumbered(oid uint32) bool {
	t := ts[oid]
	switch {
	case t == nil:
		return false
	case t.base != 0:
		return ts.renumbered(t.base)
	case t.elem != 0:
		return t.elem >= firstUserOID || ts.renumbered(t.elem)
	case t.class == "c":
		for _, a := range t.attrs {
			if a >= firstUserOID || ts.renumbered(a) {
				return true
			}
		}
	}
	return false
}
