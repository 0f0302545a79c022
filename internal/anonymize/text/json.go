package text

import (
	"errors"
	"slices"
)

// This room rewrites JSON as bytes. What a visitor keeps stays identical to the last blank: big integers, 1.10,
// duplicate keys, the order of keys, white space, escapes, lone surrogates.

// Type is the type of a JSON value.
type Type uint8

// The types of a JSON value.
const (
	String Type = iota + 1
	Number
	Bool
	Null
	Object
	Array
)

// Token is what a visitor sees: an object's key, a scalar, or an object or array that is about to be entered. It and
// its slices are valid during the call only and must not be changed.
type Token struct {
	// Path is where the value is: keys joined by dots, [] for an element: contacts[].email. In a key . [ and \ have a
	// backslash before them and the empty key is \0. The path of a key is that of its object.
	Path []byte
	// Type is String for a key.
	Type Type
	// Key says that this is the key of a member and not a value.
	Key bool
	// Raw is the token as it stands, with its quotes; of an object or array only the opening byte.
	Raw []byte
	// Value is the text that a string or key means; Raw for other scalars. A lone surrogate reads as U+FFFD.
	Value []byte
	// Offset is where Raw begins in the source, in bytes.
	Offset int
}

// Action is what a visitor decides about a token.
type Action uint8

const (
	// Keep leaves a token as it stands; an object or array is entered, the value of a key is visited next.
	Keep Action = iota
	// Skip keeps a whole object or array, or the whole member of a key, without a visit to what is inside.
	Skip
	// SetText replaces the token by a string that means the returned text. A key becomes another key; what is behind it
	// keeps its path under the old one.
	SetText
	// SetRaw replaces a value by the returned JSON, which must be one valid value.
	SetRaw
	// SetNull replaces a value by null.
	SetNull
	// Drop removes the member or element together with one comma. The whole document cannot be dropped.
	Drop
)

// Visit decides about one token; the returned bytes belong to SetText and SetRaw and are copied. An error ends the
// rewriting and is returned as it is.
type Visit func(*Token) (Action, []byte, error)

// Rewriter rewrites JSON documents one after the other and keeps its buffers, so that a document costs no allocation.
// It is for one goroutine. The zero value is ready.
type Rewriter struct {
	src, dst []byte
	from     int // src is copied to dst up to here
	text     []byte
	visit    Visit
	tok      Token // its Path is the path of the walk
	err      error
}

// Rewrite appends src to dst as visit wants it. src must be one valid JSON value, a *SyntaxError says where it is not;
// dst is unchanged then. src and dst must not overlap.
func (r *Rewriter) Rewrite(dst, src []byte, visit Visit) ([]byte, error) {
	r.src, r.visit, r.err = src, visit, nil
	r.dst, r.from, r.tok.Path = slices.Grow(dst, len(src)), 0, r.tok.Path[:0]
	start := skipSpace(src, 0)
	end, dropped := r.value(start, 0)
	if end >= 0 && dropped {
		end, r.err = -1, errors.New("rewrite json: the whole document cannot be dropped")
	}
	if end >= 0 {
		if rest := skipSpace(src, end); rest < len(src) {
			end = ^rest
		}
	}
	var err error
	if end < 0 {
		if err = r.err; err == nil {
			err = syntaxError(src, end)
		}
	} else {
		r.flush(len(src))
		dst = r.dst
	}
	r.src, r.dst, r.visit, r.err, r.tok = nil, nil, nil, nil, Token{Path: r.tok.Path}
	return dst, err
}

// Rewrite is Rewriter.Rewrite for a single document.
func Rewrite(dst, src []byte, visit Visit) ([]byte, error) {
	return new(Rewriter).Rewrite(dst, src, visit)
}

// flush copies what was kept up to an offset.
func (r *Rewriter) flush(to int) {
	if to > r.from {
		r.dst = append(r.dst, r.src[r.from:to]...)
		r.from = to
	}
}

// ask calls the visitor about src[start:end]; ok is false when it failed.
func (r *Rewriter) ask(start, end int, escaped bool) (action Action, text []byte, ok bool) {
	t := &r.tok
	raw := r.src[start:end]
	value := raw
	if t.Type == String {
		value = raw[1 : len(raw)-1]
		if escaped {
			r.text = unescape(r.text[:0], value)
			value = r.text
		}
	}
	t.Raw, t.Value, t.Offset = raw, value, start
	var err error
	if action, text, err = r.visit(t); err != nil {
		r.err = err
		return Keep, nil, false
	}
	return action, text, true
}

// value handles the value at i and returns its end; dropped asks the container to remove it.
func (r *Rewriter) value(i, depth int) (end int, dropped bool) {
	if i >= len(r.src) {
		return ^i, false
	}
	open := r.src[i]
	var action Action
	var text []byte
	var ok bool
	r.tok.Key = false
	if open == '{' || open == '[' {
		r.tok.Type = Object
		if open == '[' {
			r.tok.Type = Array
		}
		if action, text, ok = r.ask(i, i+1, false); !ok {
			return -1, false
		}
		if action == Keep {
			return r.container(i, depth+1, open), false
		}
		end = scanValue(r.src, i, depth)
	} else {
		var escaped bool
		if end, r.tok.Type, escaped = scanScalar(r.src, i); end < 0 {
			return end, false
		}
		if action, text, ok = r.ask(i, end, escaped); !ok {
			return -1, false
		}
	}
	if end < 0 || action <= Skip {
		return end, false
	}
	if action == Drop {
		return end, true
	}
	return r.replace(i, end, action, text), false
}

// replace writes another value in the place of src[start:end] and returns end.
func (r *Rewriter) replace(start, end int, action Action, text []byte) int {
	r.flush(start)
	r.from = end
	switch action {
	case SetText:
		r.dst = AppendString(r.dst, text)
	case SetNull:
		r.dst = append(r.dst, "null"...)
	case SetRaw:
		if e := scanValue(text, skipSpace(text, 0), 0); e < 0 || skipSpace(text, e) != len(text) {
			r.err = errors.New("rewrite json: the replacement is not one JSON value")
			return -1
		}
		r.dst = append(r.dst, text...)
	default:
		r.err = errors.New("rewrite json: unknown action")
		return -1
	}
	return end
}
