package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

var update = flag.Bool("update", false, "write docs/tenantcopy.schema.json")

// The JSON Schema of tenantcopy.yaml is made from the types that read it:
// go test ./cmd/tenantcopy -run TestSchema -update writes it.
func TestSchema(t *testing.T) {
	const file = "../../docs/tenantcopy.schema.json"
	schema := schemaOf(reflect.TypeFor[config](), nil)
	schema["$schema"] = "http://json-schema.org/draft-07/schema#"
	schema["title"] = "tenantcopy.yaml"
	schema["properties"].(map[string]any)["version"] = map[string]any{"const": 1}
	schema["required"] = []string{"version", "environments", "tenants"}
	var want bytes.Buffer
	encoder := json.NewEncoder(&want)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", " ")
	if err := encoder.Encode(schema); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(file, want.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want.Bytes()) {
		t.Error("docs/tenantcopy.schema.json is not what the types say: go test ./cmd/tenantcopy -run TestSchema -update")
	}
}

// TestConfigKeys holds the list that unknown keys are compared with to the
// types.
func TestConfigKeys(t *testing.T) {
	known := make(map[string]bool)
	schemaOf(reflect.TypeFor[config](), known)
	for key := range known {
		if !slices.Contains(configKeys, key) {
			t.Errorf("configKeys lacks %s", key)
		}
	}
	for _, key := range configKeys {
		if !known[key] {
			t.Errorf("configKeys has %s, which no type has", key)
		}
	}
}

// schemaOf returns the schema of a type, and adds its keys to known.
func schemaOf(of reflect.Type, known map[string]bool) map[string]any {
	switch of.Kind() {
	case reflect.Pointer:
		return schemaOf(of.Elem(), known)
	case reflect.String:
		return map[string]any{"type": "string"}
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.Int:
		return map[string]any{"type": "integer", "minimum": 0}
	case reflect.Slice:
		return map[string]any{"type": "array", "items": schemaOf(of.Elem(), known)}
	case reflect.Map:
		out := map[string]any{"type": []string{"object", "null"}, "additionalProperties": schemaOf(of.Elem(), known)}
		if of.Elem() == reflect.TypeFor[limits]() {
			var kinds []string
			for _, k := range tenant.Kinds() {
				kinds = append(kinds, string(k))
			}
			out["propertyNames"] = map[string]any{"enum": kinds}
		}
		return out
	}
	switch of {
	case reflect.TypeFor[valueRef]():
		return map[string]any{"anyOf": []any{map[string]any{"type": "string"},
			map[string]any{"type": "object", "properties": map[string]any{"env": map[string]any{"type": "string"}}, "additionalProperties": false}}}
	}
	properties := make(map[string]any)
	for field := range of.Fields() {
		key, _, _ := strings.Cut(field.Tag.Get("yaml"), ",")
		if key == "" {
			continue
		}
		if known != nil {
			known[key] = true
		}
		properties[key] = schemaOf(field.Type, known)
	}
	return map[string]any{"type": []string{"object", "null"}, "properties": properties, "additionalProperties": false}
}
