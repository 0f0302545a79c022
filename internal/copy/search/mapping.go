package search

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/tenantcopy/tenantcopy/internal/anonymize"
)

// This room reads a mapping: which paths of _source it names, and whether
// _source is whole.

// fieldsOf lists the paths of a mapping, sorted, and _id first. Multi-fields,
// runtime fields and field aliases hold nothing of their own.
func fieldsOf(store, group string, mapping map[string]any) []anonymize.Field {
	fields := []anonymize.Field{{Store: store, Group: group, Name: "_id", Type: "_id", Form: anonymize.FormText, NotNull: true}}
	walkProperties(mapping, "", func(path, typ string) {
		fields = append(fields, anonymize.Field{Store: store, Group: group, Name: path, Type: typ, Form: anonymize.FormText})
	})
	return fields
}

// walkProperties calls leaf for every place of a mapping that holds values.
func walkProperties(node map[string]any, parent string, leaf func(path, typ string)) {
	properties, _ := node["properties"].(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		child, _ := properties[name].(map[string]any)
		path := escapeKey(name)
		if parent != "" {
			path = parent + "." + path
		}
		typ, _ := child["type"].(string)
		inner, _ := child["properties"].(map[string]any)
		switch {
		case typ == "alias":
		case len(inner) > 0:
			walkProperties(child, path, leaf)
		default:
			leaf(path, cmp.Or(typ, "object"))
		}
	}
}

// escapeKey writes a key as paths of rules do. A dot stays one: to the
// server, "a.b" is b in a however it is spelled.
func escapeKey(name string) string {
	return strings.NewReplacer(`\`, `\\`, `[`, `\[`).Replace(name)
}

// mergeFields joins the fields of indexes that share a logical name: one
// field a path, with all its types.
func mergeFields(lists ...[]anonymize.Field) []anonymize.Field {
	var out []anonymize.Field
	at := make(map[[2]string]int)
	for _, f := range slices.Concat(lists...) {
		key := [2]string{f.Group, f.Name}
		i, known := at[key]
		switch {
		case !known:
			at[key] = len(out)
			out = append(out, f)
		case !slices.Contains(strings.Split(out[i].Type, "|"), f.Type):
			out[i].Type += "|" + f.Type
		}
	}
	return out
}

// brokenSource says why _source does not hold the whole document, or why the
// server would not take it back; empty when all is well.
func brokenSource(mapping, settings map[string]any) string {
	source, _ := mapping["_source"].(map[string]any)
	mode := fmt.Sprint(lookUp(settings, "mapping", "source", "mode"))
	switch {
	case source["enabled"] == false, source["enabled"] == "false", source["mode"] == "disabled", strings.EqualFold(mode, "disabled"):
		return "_source is disabled"
	case holds(source["excludes"]), holds(source["includes"]):
		return "_source leaves fields out"
	case settings["mode"] == "time_series":
		return "a time series computes its own ids"
	}
	return ""
}

// holds reports whether a setting that is a string or a list says anything.
func holds(v any) bool {
	list, isList := v.([]any)
	return v != nil && v != "" && (!isList || len(list) > 0)
}

// lookUp walks nested objects.
func lookUp(node map[string]any, path ...string) any {
	for _, key := range path[:len(path)-1] {
		node, _ = node[key].(map[string]any)
	}
	return node[path[len(path)-1]]
}
