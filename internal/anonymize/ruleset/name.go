package ruleset

import (
	"errors"
	"strings"
)

// Names of columns, of fields of a hash and of metadata stand in a rules file as they are, but for what would be read as something
// else there: a backslash takes the next character for itself, as it does in a path.

// ColumnKey spells the name of a column as a rules file writes it: `$x` is an option and `\$x` a column, "*" is every column and `\*`
// the one that is called so, and a backslash is two.
func ColumnKey(name string) string {
	key := strings.NewReplacer(`\`, `\\`, `*`, `\*`).Replace(name)
	if strings.HasPrefix(key, "$") {
		key = `\` + key
	}
	return key
}

// ColumnName reads what ColumnKey writes. A key with a wildcard is an error.
func ColumnName(key string) (string, error) {
	var name strings.Builder
	for i := 0; i < len(key); i++ {
		switch key[i] {
		case '*':
			return "", errors.New(`the only wildcard for columns is "*"; \* is a star in a name`)
		case '\\':
			if i++; i == len(key) {
				return "", errors.New(`name ends in a backslash; \\ is one in a name`)
			}
		}
		name.WriteByte(key[i])
	}
	if name.Len() == 0 {
		return "", errors.New("empty name")
	}
	return name.String(), nil
}

// plainColumn is the name that a key spells, or the key where it spells none: what has no sense is refused where it stands.
func plainColumn(key string) string {
	if name, err := ColumnName(key); err == nil {
		return name
	}
	return key
}

// MappingKey spells the path of a mapping, as a search engine writes it, for a rules file.
func MappingKey(path string) string {
	key := strings.ReplaceAll(path, "*", `\*`)
	if strings.HasPrefix(key, "$") {
		key = `\` + key
	}
	return key
}
