package packed

import (
	"encoding/json"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/text"
)

// This room holds what the rewriters of all formats share: the copy of what is kept, and the questions to the visitor.

// walk is the state of one rewriting.
type walk struct {
	src, dst []byte
	from     int // src is copied to dst up to here
	tok      text.Token
	visit    text.Visit
}

// flush copies what was kept up to an offset.
func (w *walk) flush(to int) {
	if to > w.from {
		w.dst = append(w.dst, w.src[w.from:to]...)
		w.from = to
	}
}

// ask asks the visitor about a value at src[start:end].
func (w *walk) ask(kind text.Type, value []byte, at text.Span) (text.Action, []byte, error) {
	w.tok.Key, w.tok.Type, w.tok.Value, w.tok.Raw, w.tok.Offset = false, kind, value, w.src[at.Start:at.End], at.Start
	return w.visit(&w.tok)
}

// askKey asks it about the key of a member.
func (w *walk) askKey(key []byte, at text.Span) (text.Action, []byte, error) {
	w.tok.Key, w.tok.Type, w.tok.Value, w.tok.Raw, w.tok.Offset = true, text.String, key, w.src[at.Start:at.End], at.Start
	return w.visit(&w.tok)
}

// enter makes the path that of a member; the caller cuts it again.
func (w *walk) enter(key []byte) {
	plain := len(key) > 0
	for _, c := range key {
		plain = plain && c != '.' && c != '[' && c != '\\'
	}
	if !plain {
		w.tok.Path = append(w.tok.Path[:0], text.JoinPath(string(w.tok.Path), string(key))...)
		return
	}
	if len(w.tok.Path) > 0 {
		w.tok.Path = append(w.tok.Path, '.')
	}
	w.tok.Path = append(w.tok.Path, key...)
}

// element makes the path that of an element.
func (w *walk) element() { w.tok.Path = append(w.tok.Path, "[]"...) }

// mark is the state before an item that may turn out to be dropped.
type mark struct{ length, from, start int }

func (w *walk) mark(start int) mark { return mark{len(w.dst), w.from, start} }

// remove takes back what was written of an item since its mark; the item ends at end.
func (w *walk) remove(m mark, end int) {
	w.dst, w.from = w.dst[:m.length], m.from
	w.flush(m.start)
	w.from = end
}

// constant reads the JSON scalar that stands for a value: its type, and the text of a string or number.
func constant(raw []byte) (kind text.Type, value []byte, ok bool) {
	if !json.Valid(raw) {
		return 0, nil, false
	}
	switch c := raw[0]; {
	case c == '"':
		var s string
		if json.Unmarshal(raw, &s) != nil {
			return 0, nil, false
		}
		return text.String, []byte(s), true
	case c == 'n':
		return text.Null, nil, true
	case c == 't' || c == 'f':
		return text.Bool, raw, true
	case c == '-' || c >= '0' && c <= '9':
		return text.Number, raw, true
	}
	return 0, nil, false
}
