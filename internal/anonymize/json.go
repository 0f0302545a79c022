package anonymize

import (
	"encoding/json"
	"strings"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/text"
)

// maxDepth is how deep JSON inside strings of JSON is followed; what lies
// deeper is text.
const maxDepth = 4

// json rewrites a JSON value by path. A value that is not JSON is an error:
// the rule cannot read it.
func (a *Anonymizer) json(j *jsonRule, dst, v []byte) ([]byte, outcome, error) {
	for len(a.rewrite) <= a.depth {
		a.rewrite, a.inner = append(a.rewrite, text.Rewriter{}), append(a.inner, nil)
	}
	v = append([]byte(nil), v...) // dst may share memory with it
	depth := a.depth
	a.depth++
	defer func() { a.depth = depth }()
	changes := false
	rw := a.rewrite[depth]
	out, err := rw.Rewrite(dst, v, func(t *text.Token) (text.Action, []byte, error) {
		action, b, err := a.visit(j, t, depth)
		changes = changes || (action != text.Keep && action != text.Skip)
		return action, b, err
	})
	a.rewrite[depth] = rw
	if err != nil {
		if _, syntax := err.(*text.SyntaxError); syntax {
			err = errForm
		}
		return dst, kept, err
	}
	if !changes {
		return dst, kept, nil
	}
	return out, changed, nil
}

// scanJSON treats every string of a JSON value, keys included, as text.
func (a *Anonymizer) scanJSON(dst, v []byte, _ int32) ([]byte, outcome, error) {
	if a.depth >= maxDepth {
		return dst, kept, errForm
	}
	return a.json(a.plan.scanAll, dst, v)
}

// jsonList applies a list rule to a JSON array.
func (a *Anonymizer) jsonList(r *rule, dst, v []byte) ([]byte, outcome, error) {
	return a.json(r.list, dst, v)
}

// lookup resolves a path through the cache.
func (a *Anonymizer) lookup(j *jsonRule, path []byte) resolved {
	cache := a.paths[j]
	if res, ok := cache[string(path)]; ok {
		return res
	}
	if cache == nil || len(cache) > 10_000 { // keys that are data would grow it for ever
		cache = make(map[string]resolved)
		a.paths[j] = cache
	}
	res := j.resolve(string(path))
	cache[string(path)] = res
	return res
}

// visit decides about one token of a JSON value.
func (a *Anonymizer) visit(j *jsonRule, t *text.Token, depth int) (text.Action, []byte, error) {
	if t.Key {
		return a.visitKey(j, t, depth)
	}
	if t.Type == text.Null {
		return text.Keep, nil, nil
	}
	if len(t.Path) == 0 && (t.Type == text.Object || t.Type == text.Array) {
		return text.Keep, nil, nil
	}
	res := a.lookup(j, t.Path)
	if t.Type == text.Object || t.Type == text.Array {
		return a.visitContainer(res)
	}
	if res.rule == nil {
		a.counts.Dropped++
		if a.drops() {
			return text.SetNull, nil, nil
		}
		return text.SetNull, nil, a.find(a.unknownPlace(j, string(t.Path)))
	}
	return a.visitScalar(res.rule, t, depth)
}

// visitKey decides about a member by its key: a member that nothing covers
// goes whole, key and all, and a key that only a text rule covers is text.
func (a *Anonymizer) visitKey(j *jsonRule, t *text.Token, depth int) (text.Action, []byte, error) {
	path := text.JoinPath(string(t.Path), string(t.Value))
	res := a.lookup(j, []byte(path))
	if res.rule == nil && !res.leads {
		a.counts.Dropped++
		if a.drops() {
			return text.Drop, nil, nil
		}
		return text.Drop, nil, a.find(a.unknownPlace(j, path))
	}
	if res.direct || res.rule == nil || !res.rule.text {
		return text.Keep, nil, nil
	}
	out, did, err := a.freeText(a.inner[depth][:0], t.Value, text.Options{Context: a.context(a.person(res.rule))})
	a.inner[depth] = out
	if err != nil || did == kept {
		return text.Keep, nil, err
	}
	return text.SetText, out, nil
}

// visitContainer decides about a whole object or array that a line names.
func (a *Anonymizer) visitContainer(res resolved) (text.Action, []byte, error) {
	r := res.rule
	if r == nil {
		return text.Keep, nil, nil
	}
	switch r.verb {
	case "keep":
		if res.leads { // a line below says otherwise
			return text.Keep, nil, nil
		}
		a.counts.Kept++
		return text.Skip, nil, nil
	case "drop":
		a.counts.Dropped++
		return text.Drop, nil, nil
	case "null", "set", "secret", "derive":
		a.counts.Changed++
		return text.SetNull, nil, nil
	}
	return text.Keep, nil, nil
}

// visitScalar applies a rule to a string, a number or a bool.
func (a *Anonymizer) visitScalar(r *rule, t *text.Token, depth int) (text.Action, []byte, error) {
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
	}
	if t.Type != text.String && (r.text || (t.Type == text.Bool && r.verb != "set")) {
		a.counts.Kept++
		return text.Keep, nil, nil
	}
	out, did, err := a.text(r, a.inner[depth][:0], t.Value)
	a.inner[depth] = out
	if err != nil {
		return text.Keep, nil, err
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
	if t.Type == text.Number {
		if out = noLeadingZeros(out); json.Valid(out) && out[0] != '"' {
			return text.SetRaw, out, nil
		}
	}
	return text.SetText, out, nil
}

// noLeadingZeros makes digits a JSON number again: a first digit of 0 becomes
// 9, so the length stays.
func noLeadingZeros(out []byte) []byte {
	if len(out) > 1 && out[0] == '0' && out[1] >= '0' && out[1] <= '9' {
		out[0] = '9'
	}
	return out
}

// unknownPlace names content without a rule. Keys may be data, so only what
// looks like an identifier, and names nobody, is shown; the rest is *.
func (a *Anonymizer) unknownPlace(j *jsonRule, path string) place {
	at := j.at
	var steps []string
	for step := range strings.SplitSeq(j.normal(path), ".") {
		name, arrays, _ := strings.Cut(step, "[]")
		if !a.printable(name) && name != "" {
			name = "*"
		}
		if len(name) < len(step) {
			name += "[]" + arrays
		}
		steps = append(steps, name)
	}
	at.path = joinPath(at.path, strings.Join(steps, "."))
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
