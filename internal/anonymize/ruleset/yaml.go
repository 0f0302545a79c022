package ruleset

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// This file is the only one that knows the YAML library: it turns a file into plain nodes with positions, and refuses what a rules file
// has no use for (anchors, aliases, merge keys, tags, several documents, equal keys).

const (
	maxFile  = 1 << 20 // bytes
	maxDepth = 32      // mappings inside each other

	quoteStar = `a key that begins with * or ? needs quotes: "*"`
)

type nodeKind uint8

const (
	nodeBroken  nodeKind = iota // a mistake has been reported
	nodeEmpty                   // a key without value
	nodeNull                    // null or ~ written out
	nodeScalar                  // text, number, true or false
	nodeMapping                 // pairs
	nodeList                    // items
)

// node is a value of the file.
type node struct {
	kind    nodeKind
	text    string // scalar: as written, without quotes
	literal bool   // scalar: a number, true or false in JSON's form, not text
	pos     Pos    // of the value's first character; of the key for an empty value
	pairs   []pair
	items   []node
}

// pair is a line of a mapping.
type pair struct {
	key   string
	pos   Pos
	value node
}

// read parses data. The root is nodeBroken when that failed, and the mistakes say why.
func (m *mistakes) read(data []byte) node {
	if len(data) > maxFile {
		m.add(Pos{1, 1}, "", "file is larger than 1 MiB")
		return node{}
	}
	data = bytes.TrimPrefix(data, []byte("\uFEFF"))
	for i, line := range bytes.Split(data, []byte("\n")) {
		if !utf8.Valid(line) {
			m.add(Pos{i + 1, 1}, "", "line is not UTF-8")
			return node{}
		}
	}
	file, err := parser.ParseBytes(data, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		m.syntax(err, data)
		return node{}
	}
	var body ast.Node
	for _, doc := range file.Docs {
		if doc.Body == nil {
			continue
		}
		if body != nil {
			m.add(position(doc.Body), "", "more than one YAML document")
			return node{}
		}
		body = doc.Body
	}
	if body == nil {
		return node{kind: nodeEmpty, pos: Pos{1, 1}}
	}
	return m.convert(body, Pos{1, 1}, 0)
}

// syntax reports what the library refused, without its picture of the source.
func (m *mistakes) syntax(err error, data []byte) {
	pos, what, hint := Pos{1, 1}, "not YAML", ""
	if bad, ok := errors.AsType[yaml.Error](err); ok {
		what = bad.GetMessage()
		if tk := bad.GetToken(); tk != nil && tk.Position != nil {
			pos = Pos{tk.Position.Line, tk.Position.Column}
		}
	}
	lines := bytes.Split(data, []byte("\n"))
	if pos.Line <= len(lines) && bytes.HasPrefix(bytes.TrimSpace(lines[pos.Line-1]), []byte("*")) {
		hint = quoteStar // an alias, to YAML
	}
	m.add(pos, hint, "read YAML: %s", strings.ReplaceAll(what, "\t", `\t`))
}

// convert turns a node of the library into ours. key is the position of the key it belongs to.
func (m *mistakes) convert(n ast.Node, key Pos, depth int) node {
	if depth > maxDepth {
		m.add(key, "", "nested more than %d deep", maxDepth)
		return node{}
	}
	switch n := n.(type) {
	case *ast.MappingNode:
		return m.mapping(n.Values, position(n), depth)
	case *ast.MappingValueNode:
		return m.mapping([]*ast.MappingValueNode{n}, position(n), depth)
	case *ast.SequenceNode:
		list := node{kind: nodeList, pos: position(n)}
		for _, item := range n.Values {
			list.items = append(list.items, m.convert(item, list.pos, depth+1))
		}
		return list
	case *ast.NullNode:
		if n.Token.Type == token.ImplicitNullType {
			return node{kind: nodeEmpty, pos: key}
		}
		return node{kind: nodeNull, text: "null", pos: position(n)}
	case *ast.LiteralNode:
		return node{kind: nodeScalar, text: strings.TrimSuffix(n.Value.Value, "\n"), pos: position(n)}
	case *ast.StringNode:
		return node{kind: nodeScalar, text: n.Value, pos: position(n)}
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		text := n.GetToken().Value
		return node{kind: nodeScalar, text: text, literal: json.Valid([]byte(text)), pos: position(n)}
	case *ast.AliasNode, *ast.AnchorNode:
		m.add(position(n), quoteStar, "anchors and aliases are not supported")
	case *ast.TagNode:
		m.add(position(n), "", "tags are not supported")
	case nil:
		return node{kind: nodeEmpty, pos: key}
	default:
		m.add(position(n), "", "%s is not supported", strings.ToLower(n.Type().YAMLName()))
	}
	return node{}
}

// mapping converts pairs and refuses equal keys.
func (m *mistakes) mapping(values []*ast.MappingValueNode, pos Pos, depth int) node {
	out := node{kind: nodeMapping, pos: pos}
	first := make(map[string]Pos, len(values))
	for _, v := range values {
		at := position(v.Key)
		name, ok := keyText(v.Key)
		if !ok {
			m.add(at, quoteStar, "key is not a plain name")
			continue
		}
		value := m.convert(v.Value, at, depth+1)
		if before, twice := first[name]; twice {
			m.add(at, "", "%q stands twice, first on line %d", name, before.Line)
			continue
		}
		first[name] = at
		out.pairs = append(out.pairs, pair{key: name, pos: at, value: value})
	}
	return out
}

// keyText is a key as written; a number or null is a name too.
func keyText(key ast.MapKeyNode) (string, bool) {
	switch key := key.(type) {
	case *ast.StringNode:
		return key.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.NullNode, *ast.InfinityNode, *ast.NanNode:
		return key.GetToken().Value, true
	}
	return "", false
}

// position is where a value begins.
func position(n ast.Node) Pos {
	switch v := n.(type) {
	case *ast.MappingNode:
		if !v.IsFlowStyle && len(v.Values) > 0 {
			return position(v.Values[0].Key)
		}
	case *ast.MappingValueNode:
		return position(v.Key)
	}
	tk := n.GetToken()
	if tk == nil || tk.Position == nil {
		return Pos{1, 1}
	}
	return Pos{tk.Position.Line, tk.Position.Column}
}
