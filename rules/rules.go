// Package rules holds the files about rules that go out with the program: the JSON Schema for editors and an example that shows every
// form a rule can have. The language itself is package ruleset.
package rules

import "embed"

// files is written by the compiler and by nothing else.
//
//go:embed rules.schema.json example.yaml
var files embed.FS

// Schema returns the JSON Schema of a rules file, as it lies beside the example. The bytes are the caller's.
func Schema() []byte { return read("rules.schema.json") }

// Example returns a rules file that uses all four stores. The bytes are the caller's.
func Example() []byte { return read("example.yaml") }

// read returns an embedded file; that it exists is certain once the package compiles.
func read(name string) []byte {
	data, err := files.ReadFile(name)
	if err != nil {
		panic("read embedded file: " + err.Error())
	}
	return data
}
