package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/ruleset"
)

// parseConfig reads the file strictly: an unknown key is an error. No message
// quotes a line or a value of the file, since a password may have been written
// there by mistake.
func parseConfig(file string, data []byte) (*config, error) {
	data = bytes.TrimPrefix(data, []byte("\ufeff")) // some editors write it
	c := &config{}
	decoder := yaml.NewDecoder(bytes.NewReader(data), yaml.Strict())
	if err := decoder.Decode(c); errors.Is(err, io.EOF) {
		return nil, &configError{file: file, what: "is empty", hint: "examples/acme/tenantcopy.yaml is one to begin with"}
	} else if err != nil {
		return nil, yamlError(file, data, err)
	}
	if err := decoder.Decode(&config{}); !errors.Is(err, io.EOF) {
		return nil, &configError{file: file, what: "holds more than one YAML document", hint: "remove what follows ---"}
	}
	c.file, c.keys = file, findKeys(data)
	if err := c.check(); err != nil {
		return nil, err
	}
	return c, nil
}

// keyPlace is where one key stands.
type keyPlace struct {
	path         []string // environments, prod, postgres
	line, column int
}

// keyPlaces are all keys of a file.
type keyPlaces []keyPlace

// findKeys returns the places of all keys; none when the file cannot be read.
func findKeys(data []byte) keyPlaces {
	tree, err := parser.ParseBytes(data, 0)
	if err != nil || len(tree.Docs) == 0 {
		return nil
	}
	var out keyPlaces
	var walk func(node ast.Node, path []string)
	walk = func(node ast.Node, path []string) {
		switch n := node.(type) {
		case *ast.AnchorNode:
			walk(n.Value, path)
		case *ast.SequenceNode:
			for i, v := range n.Values {
				walk(v, append(slices.Clip(path), fmt.Sprint(i)))
			}
		case *ast.MappingNode:
			for _, v := range n.Values {
				walk(v, path)
			}
		case *ast.MappingValueNode:
			t := n.Key.GetToken()
			at := keyPlace{path: append(slices.Clip(path), t.Value), line: t.Position.Line, column: t.Position.Column}
			out = append(out, at)
			walk(n.Value, at.path)
		}
	}
	walk(tree.Docs[0].Body, nil)
	return out
}

// of returns the line and column of a key, or of the nearest key above it.
func (k keyPlaces) of(path ...string) (line, column int) {
	for ; len(path) > 0; path = path[:len(path)-1] {
		for _, at := range k {
			if slices.Equal(at.path, path) {
				return at.line, at.column
			}
		}
	}
	return 0, 0
}

// at returns the path of the last key that begins at or before a place.
func (k keyPlaces) at(line, column int) []string {
	var path []string
	for _, at := range k {
		if at.line < line || (at.line == line && at.column <= column) {
			path = at.path
		}
	}
	return path
}

var (
	unknownField = regexp.MustCompile(`unknown field "([^"]*)"`)
	definedKey   = regexp.MustCompile(`^mapping key ".*" already defined at \[(\d+):\d+\]`)
	goType       = regexp.MustCompile(`^cannot unmarshal .* into Go .* of type (\S+)`)
	usedAs       = regexp.MustCompile(`^(\w+) was used where (\w+) is expected`)
	quotedText   = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)
)

// yamlError turns the decoder's error into one line with place and, for an
// unknown key, the nearest known one.
func yamlError(file string, data []byte, err error) error {
	out := &configError{file: file, what: "is not valid YAML of the expected form"}
	y, ok := errors.AsType[yaml.Error](err)
	if !ok {
		return out
	}
	if t := y.GetToken(); t != nil && t.Position != nil {
		out.line, out.column = t.Position.Line, t.Position.Column
	}
	path := findKeys(data).at(out.line, out.column)
	secret := slices.ContainsFunc(path, func(key string) bool { return key == "password" || key == "key" })
	message, _, _ := strings.Cut(y.GetMessage(), "\n")
	switch {
	case unknownField.MatchString(message):
		out.what, out.hint = unknownKey(unknownField.FindStringSubmatch(message)[1], path)
	case definedKey.MatchString(message):
		out.what = "this key stands in line " + definedKey.FindStringSubmatch(message)[1] + " already"
	case goType.MatchString(message):
		out.what = "the value is not " + kindOfType(goType.FindStringSubmatch(message)[1])
	case usedAs.MatchString(message):
		m := usedAs.FindStringSubmatch(message)
		out.what = kindOfNode(m[1]) + " stands where " + kindOfNode(m[2]) + " is expected"
	default: // what it quotes may be a password that was written without quotes
		out.what = strings.TrimSpace(strings.ReplaceAll(quotedText.ReplaceAllString(message, ""), "  ", " "))
	}
	switch {
	case secret:
		out.what = strings.TrimSuffix(out.what, " "+quotedText.FindString(out.what))
		out.hint = "write {env: NAME} or {file: PATH}: a secret never stands in this file"
	case slices.Equal(path, []string{"tenants", "match"}) || slices.Contains(path, "{match"):
		out.hint = `"*": {} admits every tenant`
	}
	return out
}

// unknownKey names a key that is none, and the one that was meant.
func unknownKey(key string, path []string) (what, hint string) {
	what = fmt.Sprintf("unknown key %q", key)
	if near := ruleset.Nearest(key, configKeys); near != "" {
		return what, "did you mean " + near + "?"
	}
	if kind, _, named := strings.Cut(key, "/"); named && slices.Contains(configKeys, kind) {
		return what, "a tenant has one store of a kind so far: " + kind
	}
	if len(path) > 2 && path[0] == "tenants" {
		return what, "a tenant's exceptions stand under its environment: name, postgres, search, redis, blob"
	}
	return what, ""
}

// kindOfType says in words what a Go type takes.
func kindOfType(name string) string {
	switch {
	case strings.HasPrefix(name, "int"):
		return "a whole number"
	case name == "bool":
		return "true or false"
	case name == "string":
		return "text"
	case strings.HasPrefix(name, "[]"):
		return "a list"
	}
	return "a mapping of keys"
}

// kindOfNode says in words what the YAML library calls a node.
func kindOfNode(name string) string {
	switch name {
	case "sequence":
		return "a list"
	case "mapping":
		return "a mapping of keys"
	case "string":
		return "text"
	}
	return "a value"
}

// configKeys are all keys of the file, for the nearest one.
var configKeys = []string{"version", "key", "epoch", "rules", "environments", "tenants", "protected", "copies-from", "kubernetes", "roles", "hooks", "limits",
	"postgres", "blob", "search", "redis", "context", "namespace", "before-switch", "after-switch", "command", "connections", "url", "prefix", "user",
	"password", "credential", "maintenance", "template", "from", "container", "runs-in", "env", "file", "secret", "name", "deployment", "server", "uid",
	"bytes-per-second", "serve", "listen", "allow", "users", "groups", "options", "slack", "signing-secret", "token", "source", "destination", "service", "workloads", "deployments", "statefulsets", "cronjobs", "selector", "within", "shared", "runs", "snapshot-age", "disk",
	"identity", "image", "service-account", "config", "environment", "memory", "cpu", "deadline"}
