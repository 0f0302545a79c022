package anonymize

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/packed"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/text"
)

// maxDepth is how deep JSON inside strings of JSON is followed; what lies
// deeper is text.
const maxDepth = 4

// mostSteps is how many objects and arrays of a value may lie in each other. The
// rules are asked about the path of each, so that the work grows with the square.
const mostSteps = 1000

// layer is what one depth of JSON inside JSON needs.
type layer struct {
	rewriter text.Rewriter
	packer   packed.Rewriter
	out      []byte // replacement in hand
	rules    *jsonRule
	cache    *pathCache // of rules
	changes  bool
	visit    text.Visit
}

// layer returns the scratch of a depth.
func (a *Anonymizer) layer(depth int) *layer {
	for len(a.layers) <= depth {
		l := &layer{}
		l.visit = func(t *text.Token) (text.Action, []byte, error) {
			action, b, err := a.visit(l, t)
			l.changes = l.changes || action > text.Skip
			return action, b, err
		}
		a.layers = append(a.layers, l)
	}
	return a.layers[depth]
}

// json rewrites by path a value that is JSON, or serialised otherwise, or
// either of them compressed. Any other is an error: the rule cannot read it. dst and v share no memory.
func (a *Anonymizer) json(j *jsonRule, dst, v []byte) ([]byte, outcome, error) {
	l := a.layer(a.depth)
	l.rules, l.cache, l.changes = j, a.cacheOf(j), false
	a.depth++
	out, err := l.rewriter.Rewrite(dst, v, l.visit)
	a.depth--
	if err != nil {
		if _, syntax := errors.AsType[*text.SyntaxError](err); syntax {
			return a.packed(j, dst, v)
		}
		return dst, kept, err
	}
	if !l.changes {
		return dst, kept, nil
	}
	return out, changed, nil
}

// scanJSON treats every string of a JSON value, keys included, as text.
func (a *Anonymizer) scanJSON(dst, v []byte) ([]byte, outcome, error) {
	if a.depth >= maxDepth {
		return dst, kept, errForm
	}
	return a.json(a.plan.scanAll, dst, v)
}

// jsonList applies a list rule to a JSON array; what is none is its own only
// element, as search takes it.
func (a *Anonymizer) jsonList(r *rule, dst, v []byte) ([]byte, outcome, error) {
	if r.form == FormJSON || r.form == FormJSONB {
		return a.json(r.list, dst, v)
	}
	if looksArray(v) || len(v) > 1 && structured(v) {
		if out, did, err := a.json(r.list, dst, v); err != errForm {
			return out, did, err
		}
	}
	return a.text(r.elem, dst, v)
}

func looksArray(v []byte) bool {
	t := bytes.TrimLeft(v, " \t\r\n")
	return len(t) > 0 && t[0] == '['
}

// pathCache holds what the paths of one rule come to. The value of a member has
// the path that its key was asked about just before.
type pathCache struct {
	known map[string]resolved
	path  []byte // asked last
	last  resolved
}

// cacheOf returns the cache of a rule.
func (a *Anonymizer) cacheOf(j *jsonRule) *pathCache {
	c := a.paths[j]
	if c == nil {
		c = &pathCache{known: make(map[string]resolved)}
		a.paths[j] = c
	}
	return c
}

// lookup resolves a path through the cache.
func (c *pathCache) lookup(j *jsonRule, path []byte) resolved {
	if string(path) == string(c.path) && len(path) > 0 {
		return c.last
	}
	res, ok := c.known[string(path)]
	if !ok {
		if len(c.known) > 10_000 { // keys that are data would grow it for ever
			clear(c.known)
		}
		res = j.resolve(string(path))
		c.known[string(path)] = res
	}
	c.path, c.last = append(c.path[:0], path...), res
	return res
}

// visit decides about one token of a JSON value.
func (a *Anonymizer) visit(l *layer, t *text.Token) (text.Action, []byte, error) {
	if t.Key {
		return a.visitKey(l, t)
	}
	if t.Type == text.Null {
		return text.Keep, nil, nil
	}
	container := t.Type == text.Object || t.Type == text.Array
	if len(t.Path) == 0 && container {
		return text.Keep, nil, nil
	}
	if container && len(t.Path) > mostSteps && bytes.Count(t.Path, []byte{'.'})+bytes.Count(t.Path, []byte{'['}) > mostSteps {
		return text.Keep, nil, errDeep
	}
	res := l.cache.lookup(l.rules, t.Path)
	if container {
		return a.visitContainer(res)
	}
	if res.rule == nil {
		a.counts.Dropped++
		if a.drops() {
			return text.SetNull, nil, nil
		}
		return text.SetNull, nil, a.find(a.unknownPlace(l.rules, string(t.Path)))
	}
	return a.visitScalar(res.rule, l, t)
}

// visitKey decides about a member by its key: a member that nothing covers
// goes whole, key and all, and a key that no line spells out is data.
func (a *Anonymizer) visitKey(l *layer, t *text.Token) (text.Action, []byte, error) {
	a.path = appendMember(append(a.path[:0], t.Path...), t.Value)
	res := l.cache.lookup(l.rules, a.path)
	if res.rule == nil && !res.leads {
		a.counts.Dropped++
		if a.drops() {
			return text.Drop, nil, nil
		}
		return text.Drop, nil, a.find(a.unknownPlace(l.rules, string(a.path)))
	}
	if !res.data() {
		return text.Keep, nil, nil
	}
	out, did, err := a.freeText(l.out[:0], t.Value, false)
	l.out = out
	if err != nil || did == kept {
		return text.Keep, nil, err
	}
	return text.SetText, out, nil
}

// appendMember appends a key to a path, as text.JoinPath does, without
// allocating for the usual key.
func appendMember(path, key []byte) []byte {
	if len(key) == 0 || bytes.IndexByte(key, '.') >= 0 || bytes.IndexByte(key, '[') >= 0 || bytes.IndexByte(key, '\\') >= 0 {
		return append(path[:0], text.JoinPath(string(path), string(key))...)
	}
	if len(path) > 0 {
		path = append(path, '.')
	}
	return append(path, key...)
}

// data reports whether the key that led here may be a value in itself: no
// line spells it out, and none keeps what is there as it is.
func (res resolved) data() bool {
	return !res.named && (res.rule == nil || res.rule.verb != "keep" && res.rule.verb != "drop")
}

// visitContainer decides about a whole object or array that a line names.
func (a *Anonymizer) visitContainer(res resolved) (text.Action, []byte, error) {
	r := res.rule
	if r == nil || res.leads { // a line below says otherwise
		return text.Keep, nil, nil
	}
	switch r.verb {
	case "keep":
		a.counts.Kept++
		return text.Skip, nil, nil
	case "drop":
		a.counts.Dropped++
		return text.Drop, nil, nil
	case "null", "secret":
		a.counts.Changed++
		return text.SetNull, nil, nil
	case "set":
		a.counts.Changed++
		return text.SetRaw, r.raw, nil
	}
	return text.Keep, nil, nil
}

// visitScalar applies a rule to a string, a number or a bool.
func (a *Anonymizer) visitScalar(r *rule, l *layer, t *text.Token) (text.Action, []byte, error) {
	for r.elem != nil && (t.Type != text.String || !looksArray(t.Value)) {
		r = r.elem
	}
	switch r.verb {
	case "keep":
		a.counts.Kept++
		return text.Keep, nil, nil
	case "drop":
		a.counts.Dropped++
		return text.Drop, nil, nil
	case "null":
		a.counts.Changed++
		return text.SetNull, nil, nil
	case "set":
		a.counts.Changed++
		return text.SetRaw, r.raw, nil
	}
	if t.Type == text.Bool {
		a.counts.Kept++
		return text.Keep, nil, nil
	}
	fn := r.apply
	if t.Type == text.Number && r.number != nil {
		a.width, fn = 0, r.number
	}
	if t.Type == text.Number && r.text {
		fn = applyKnownNumber
	}
	var did outcome
	var err error
	counts := a.counts
	if fn != nil {
		l.out, did, err = fn(a, l.out[:0], t.Value, a.person(r))
	} else {
		l.out, did, err = a.text(r, l.out[:0], t.Value)
	}
	if err != nil {
		a.counts = counts
		return a.visitMisfit(r, l, t, err)
	}
	a.count(did)
	switch did {
	case kept:
		return text.Keep, nil, nil
	case nulled:
		return text.SetNull, nil, nil
	case dropped:
		return text.Drop, nil, nil
	}
	if t.Type == text.Number && json.Valid(l.out) && l.out[0] != '"' {
		return text.SetRaw, l.out, nil
	}
	return text.SetText, l.out, nil
}

// unknownPlace names content without a rule. Keys may be data, so only what
// looks like an identifier, and names nobody, is shown; the rest is *.
func (a *Anonymizer) unknownPlace(j *jsonRule, path string) place {
	at := j.at
	var shown strings.Builder
	ups := append([]string{path}, ancestors(path)...)
	from := 0
	for _, up := range slices.Backward(ups) {
		name := strings.TrimPrefix(path[from:len(up)], ".")
		switch from = len(up); {
		case name == "[]" && j.flat:
			continue
		case name == "[]" || name == "":
		default:
			if shown.Len() > 0 {
				shown.WriteByte('.')
			}
			if !a.printable(name) {
				name = "*"
			}
		}
		shown.WriteString(name)
	}
	at.path = joinPath(at.path, shown.String())
	return at
}

// printable reports whether a name from data may be shown in a message.
func (a *Anonymizer) printable(name string) bool {
	if len(name) > 40 {
		return false
	}
	digits := 0
	for i, c := range []byte(name) {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_'
		if c >= '0' && c <= '9' {
			digits++
		} else if !letter && (i == 0 || c != '-') {
			return false
		}
	}
	if digits > 3 {
		return false
	}
	_, known := a.plan.dict.Lookup([]byte(name))
	return !known
}
