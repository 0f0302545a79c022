package anonymize

import (
	"cmp"
	"slices"
	"strings"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/ruleset"
)

// PasteLines returns YAML ready to paste for places that have no rule, one
// string a store, its groups and fields in order. Each place ends in a comment
// that lists verbs to choose from; the file is refused until one is chosen. A
// path inside JSON stands in its mapping, to be added to the one there is.
func PasteLines(places []Finding) []string {
	places = slices.Clone(places)
	slices.SortStableFunc(places, func(a, b Finding) int {
		return cmp.Or(strings.Compare(a.Store, b.Store), strings.Compare(a.Group, b.Group))
	})
	var stores []*yamlNode
	for _, f := range places {
		if n := len(stores); n == 0 || stores[n-1].key != f.Store {
			stores = append(stores, &yamlNode{key: f.Store})
		}
		at := stores[len(stores)-1].under(f.Group)
		levels := levelsOf(f.Store, f.Path)
		for _, level := range levels {
			at = at.under(level)
		}
		field := f.Path
		if len(levels) > 0 {
			field = levels[len(levels)-1]
		}
		at.comment = verbsFor(f.Store, field)
	}
	out := make([]string, len(stores))
	for i, s := range stores {
		var b strings.Builder
		b.WriteString(s.key + ":")
		s.write(&b, "  ")
		out[i] = b.String()
	}
	return out
}

// yamlNode is one key of a mapping, with what is below it.
type yamlNode struct {
	key     string
	comment string
	below   []*yamlNode
}

// under returns the node of a key below n, adding it when it is new.
func (n *yamlNode) under(key string) *yamlNode {
	for _, b := range n.below {
		if b.key == key {
			return b
		}
	}
	b := &yamlNode{key: key}
	n.below = append(n.below, b)
	return b
}

func (n *yamlNode) write(b *strings.Builder, indent string) {
	for _, k := range n.below {
		b.WriteString("\n" + indent + quoted(k.key) + ":")
		if len(k.below) == 0 {
			b.WriteString(" " + k.comment)
			continue
		}
		k.write(b, indent+"  ")
	}
}

// levelsOf spells the path of a finding as keys of mappings: a column, a path
// of a document, and, behind a colon each, paths inside JSON.
func levelsOf(store, path string) []string {
	if path == "" {
		return nil
	}
	kind := kindOf(store)
	whole := kind == "redis" || kind == "blob" // the first step is a verb or an option
	var out []string
	for i, step := range cutLevels(path) {
		if i > 0 && !whole {
			out = append(out, "json")
		}
		list := false
		if i == 0 && kind != "search" {
			step, list = ofList(step)
		}
		out = append(out, plainLevel(step))
		if list && !whole {
			out = append(out, "list")
		}
		whole = whole && i == 0 && !list && step != "list"
	}
	return out
}

// quoted returns a key as YAML reads it.
func quoted(key string) string {
	line := strings.Split(ruleset.Line("redis", key, "", "keep"), "\n")[1]
	return strings.TrimSuffix(strings.TrimPrefix(line, "  "), ": keep")
}

// verbsFor returns the comment that lists the usual verbs of a place.
func verbsFor(store, field string) string {
	line := strings.TrimRight(ruleset.Line(store, "x", field, ""), "\n")
	return line[strings.LastIndex(line, ": # ")+2:]
}
