package ruleset

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

const rulesFolder = "../../../rules/"

var update = flag.Bool("update", false, "write rules/rules.schema.json")

func TestSchemaFile(t *testing.T) {
	if *update {
		if err := os.WriteFile(rulesFolder+"rules.schema.json", Schema(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(rulesFolder + "rules.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(have, Schema()) {
		t.Error("rules/rules.schema.json is not what the table of verbs makes: go test ./internal/anonymize/ruleset -run SchemaFile -update")
	}
}

func TestSchemaAccepts(t *testing.T) {
	example, err := os.ReadFile(rulesFolder + "example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{good, string(example)} {
		// The YAML decoder at hand cannot read a key called null; editors can.
		file = strings.Replace(file, "    null: keep\n", "", 1)
		if why := againstSchema(t, file); why != "" {
			t.Error(why)
		}
	}
}

func TestSchemaRefuses(t *testing.T) {
	const head = "version: 1\npeople: none\n"
	for _, file := range []string{
		"version: 2\npeople: none\n",
		"version: 1\n",
		head + "unclasified: drop\n",
		head + "postgre: {users: {id: keep}}\n",
		head + "postgres: {users: {id: kep}}\n",
		head + "postgres: {users: {id: drop}}\n",
		head + "postgres: {users: {id: derive}}\n",
		head + "postgres: {users: {id: {text: html, email: x}}}\n",
		head + "postgres: {users: {id: {shift: 30}}}\n",
		head + "postgres: {users: {id: {shift: 0d}}}\n",
		head + "postgres: {users: {id: {email: , context: a}}}\n",
		head + "postgres: {users: {id: {json: {a: kep}}}}\n",
		head + "postgres: {users: {$docs: none}}\n",
		head + "postgres: {users: keep}\n",
		head + "search: {users: {_id: drop}}\n",
		head + "blob: {\"a\": {$bdy: keep}}\n",
		head + "blob: {\"a\": person.name}\n",
		head + "redis: {\"a\": {list: drop}}\n",
		"version: 1\nperson: {postgres: {users: {nme: a, id: b}}}\n",
		"version: 1\nperson: {postgres: {users: {name: a}}}\n",
		"version: 1\nperson: {blob: {users: {id: a}}}\n",
	} {
		if _, err := Parse("r", []byte(file)); err == nil {
			t.Errorf("%q is a good file", file)
		}
		if againstSchema(t, file) == "" {
			t.Errorf("the schema accepts %q", file)
		}
	}
}

// againstSchema says where a file breaks the schema, "" when it does not.
func againstSchema(t *testing.T, file string) string {
	t.Helper()
	var schema map[string]any
	if err := json.Unmarshal(Schema(), &schema); err != nil {
		t.Fatal(err)
	}
	var value any
	if err := yaml.Unmarshal([]byte(file), &value); err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &value); err != nil {
		t.Fatal(err)
	}
	return checker{t, schema}.check("", schema, value)
}

// checker knows the words of JSON Schema that the schema uses, and no others.
type checker struct {
	t    *testing.T
	root map[string]any
}

func (c checker) check(at string, schema map[string]any, v any) string {
	for word, arg := range schema {
		why := ""
		switch word {
		case "$schema", "title", "description", "definitions", "patternProperties", "additionalProperties":
		case "$ref":
			name := strings.TrimPrefix(arg.(string), "#/definitions/")
			def, ok := c.root["definitions"].(map[string]any)[name].(map[string]any)
			if !ok {
				c.t.Fatalf("no definition %s", name)
			}
			why = c.check(at, def, v)
		case "type":
			why = c.typed(at, arg, v)
		case "const":
			why = c.is(at, reflect.DeepEqual(arg, v), "const")
		case "enum":
			why = c.is(at, slices.ContainsFunc(arg.([]any), func(one any) bool { return reflect.DeepEqual(one, v) }), "enum")
		case "pattern":
			text, ok := v.(string)
			why = c.is(at, !ok || regexp.MustCompile(arg.(string)).MatchString(text), "pattern")
		case "anyOf":
			why = c.is(at, slices.ContainsFunc(arg.([]any), func(one any) bool { return c.check(at, one.(map[string]any), v) == "" }), "anyOf")
		case "required":
			m, ok := v.(map[string]any)
			why = c.is(at, !ok || !slices.ContainsFunc(arg.([]any), func(k any) bool { _, has := m[k.(string)]; return !has }), "required")
		case "minProperties":
			m, ok := v.(map[string]any)
			why = c.is(at, !ok || float64(len(m)) >= arg.(float64), "minProperties")
		case "maxProperties":
			m, ok := v.(map[string]any)
			why = c.is(at, !ok || float64(len(m)) <= arg.(float64), "maxProperties")
		case "items":
			list, _ := v.([]any)
			for i, item := range list {
				why += c.check(fmt.Sprintf("%s/%d", at, i), arg.(map[string]any), item)
			}
		case "properties":
		default:
			c.t.Fatalf("schema word %q is not known to this test", word)
		}
		if why != "" {
			return why
		}
	}
	if m, ok := v.(map[string]any); ok {
		return c.properties(at, schema, m)
	}
	return ""
}

func (c checker) properties(at string, schema, m map[string]any) string {
	named, _ := schema["properties"].(map[string]any)
	patterns, _ := schema["patternProperties"].(map[string]any)
	for k, v := range m {
		seen := false
		if s, ok := named[k]; ok {
			seen = true
			if why := c.check(at+"/"+k, s.(map[string]any), v); why != "" {
				return why
			}
		}
		for pattern, s := range patterns {
			if regexp.MustCompile(pattern).MatchString(k) {
				seen = true
				if why := c.check(at+"/"+k, s.(map[string]any), v); why != "" {
					return why
				}
			}
		}
		if seen {
			continue
		}
		switch more := schema["additionalProperties"].(type) {
		case bool:
			if !more {
				return at + "/" + k + ": additional"
			}
		case map[string]any:
			if why := c.check(at+"/"+k, more, v); why != "" {
				return why
			}
		}
	}
	return ""
}

func (c checker) typed(at string, arg, v any) string {
	var have string
	switch v.(type) {
	case nil:
		have = "null"
	case string:
		have = "string"
	case float64:
		have = "number"
	case bool:
		have = "boolean"
	case []any:
		have = "array"
	default:
		have = "object"
	}
	if one, ok := arg.(string); ok {
		return c.is(at, one == have, "type")
	}
	return c.is(at, slices.Contains(arg.([]any), any(have)), "type")
}

func (c checker) is(at string, ok bool, word string) string {
	if ok {
		return ""
	}
	return at + ": " + word
}
