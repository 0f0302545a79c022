package anonymize

import (
	"strings"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/ruleset"
)

// The path of a place, as findings and messages have it: a column or a path of
// a document as a rules file writes it, "[]" behind it for the elements of an
// array, and behind a colon a path inside JSON or a composite. A colon of a name
// stands behind a backslash, and so does a "[]" that ends the name of a column.

// path is the field's; a part of a column has it for a name.
func (f Field) path() string {
	switch {
	case f.part:
		return f.Name
	case kindOf(f.Store) == "search":
		return colons.Replace(ruleset.MappingKey(f.Name))
	case kindOf(f.Store) == "postgres":
		key := colons.Replace(ruleset.ColumnKey(f.Name))
		if name, brackets := strings.CutSuffix(key, "[]"); brackets {
			key = name + `\[]`
		}
		return key
	}
	return f.Name
}

var colons = strings.NewReplacer(":", `\:`)

// plainLevel takes away what only tells levels apart.
func plainLevel(level string) string {
	level = strings.ReplaceAll(level, `\:`, ":")
	if name, brackets := strings.CutSuffix(level, `\[]`); brackets {
		level = name + "[]"
	}
	return level
}

// ofList cuts the "[]" of an array's elements off a level; one behind a
// backslash is of a name, and behind two of an array again.
func ofList(level string) (base string, list bool) {
	base, list = strings.CutSuffix(level, "[]")
	slashes := len(base) - len(strings.TrimRight(base, `\`))
	if list = list && slashes%2 == 0; !list {
		return level, false
	}
	return base, true
}

// cutLevels splits a path at its colons.
func cutLevels(path string) []string {
	var out []string
	from := 0
	for i := 0; i < len(path); i++ {
		switch path[i] {
		case '\\':
			i++
		case ':':
			out, from = append(out, path[from:i]), i+1
		}
	}
	return append(out, path[from:])
}

// joinPath spells the path of a value inside JSON that stands at base.
func joinPath(base, path string) string {
	if base == "" {
		return path
	}
	return base + ":" + path
}

// escapeName spells a name of any characters as a path of one step.
func escapeName(name string) string {
	return strings.NewReplacer(`\`, `\\`, `.`, `\.`, `[`, `\[`, `]`, `\]`, `*`, `\*`).Replace(name)
}

// fieldNamed is what a rules file means by the field that names a person: a
// column by its name, and in the other stores a path as it stands.
func fieldNamed(store, key string) string {
	if kindOf(store) != "postgres" {
		return key
	}
	if name, err := ruleset.ColumnName(key); err == nil {
		return name
	}
	return key
}
