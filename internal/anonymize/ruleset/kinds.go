package ruleset

import "strings"

// Kinds is the set of places where a verb may stand.
type Kinds uint8

const (
	// InColumn is a column of a table.
	InColumn Kinds = 1 << iota
	// InDocument is a path of a document or of a JSON value, a field of a Redis hash or stream entry, a metadata key of an object.
	InDocument
	// InElement is every element of a list, set or array.
	InElement
	// InBlob is the body of an object.
	InBlob
	// InValue is the whole value of a Redis key.
	InValue
	// InName is a name of its own: an object's, a key's, a document's _id and _routing.
	InName
	// InGroup is the names of a stream's consumer groups and of their consumers.
	InGroup
)

// inScalar is every place that holds one value, as opposed to a body or a name.
const inScalar = InColumn | InDocument | InElement | InValue

// inNames is every place that holds a name.
const inNames = InName | InGroup

// Has says whether all places of k are in the set.
func (ks Kinds) Has(k Kinds) bool { return ks&k == k }

// String names the places, in a fixed order: "a column, a path of a document".
func (ks Kinds) String() string {
	all := [...]string{"a column", "a path of a document", "an element of a list", "the body of an object", "the value of a key", "a name", "the groups of a stream"}
	var names []string
	for i, name := range all {
		if ks&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

// kindOf is the kind of the store called name: "postgres" of "postgres/main".
func kindOf(name string) string {
	kind, _, _ := strings.Cut(name, "/")
	return kind
}

// storeKinds lists the four kinds of store, in the order of the documentation.
func storeKinds() []string { return []string{"postgres", "blob", "search", "redis"} }
