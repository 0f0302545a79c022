package text

import "errors"

// This room walks through objects and arrays for the Rewriter and removes what the visitor drops, with one comma.

// items remembers what is needed to remove an item of a container.
type items struct {
	length, from int // state of the rewriter before the current item
	kept         int // end of the last item that stays, -1 before it
}

// container walks through the object or array at i and returns its end.
func (r *Rewriter) container(i, depth int, open byte) int {
	if depth > deepest {
		return ^i
	}
	i = skipSpace(r.src, i+1)
	if i < len(r.src) && r.src[i] == open+2 {
		return i + 1
	}
	outer := len(r.tok.Path)
	it := items{kept: -1}
	for {
		it.length, it.from = len(r.dst), r.from
		start := i
		var dropped bool
		if open == '{' {
			i, dropped = r.member(i, depth)
		} else {
			r.tok.Path = append(r.tok.Path, "[]"...)
			i, dropped = r.value(i, depth)
		}
		r.tok.Path = r.tok.Path[:outer]
		if i < 0 {
			return i
		}
		if dropped {
			r.remove(&it, start, i)
		} else {
			it.kept = i
		}
		var more bool
		if i, more = scanNext(r.src, i, open); !more {
			return i
		}
		if it.kept < 0 {
			r.from = i // nothing stays so far: the comma goes too
		}
	}
}

// member handles the key at i and its value and returns the value's end.
func (r *Rewriter) member(i, depth int) (end int, dropped bool) {
	keyEnd, value, escaped := scanKey(r.src, i)
	if value < 0 {
		return value, false
	}
	r.tok.Type, r.tok.Key = String, true
	inner := r.src[i+1 : keyEnd-1]
	action, text, ok := r.ask(i, keyEnd, escaped)
	if !ok {
		return -1, false
	}
	switch action {
	case Keep:
	case SetText:
		r.replace(i, keyEnd, SetText, text)
	case Skip, Drop:
		return scanValue(r.src, value, depth), action == Drop
	default:
		r.err = errors.New("rewrite json: a key can only be kept, renamed, skipped or dropped")
		return -1, false
	}
	if escaped {
		r.text = unescape(r.text[:0], inner)
		inner = r.text
	}
	r.tok.Path = appendKey(r.tok.Path, inner)
	return r.value(value, depth)
}

// remove takes back what was written for the item src[start:end] and leaves it out.
func (r *Rewriter) remove(it *items, start, end int) {
	r.dst, r.from = r.dst[:it.length], it.from
	if it.kept < 0 {
		r.flush(start)
	} else {
		r.flush(it.kept) // the comma before it goes
	}
	r.from = max(r.from, end)
}

// Compact appends src without the white space between its tokens, so that it fits on one line. src must be one valid
// JSON value; a *SyntaxError says where it is not, and dst is unchanged then.
func Compact(dst, src []byte) ([]byte, error) {
	end := scanValue(src, skipSpace(src, 0), 0)
	if end >= 0 {
		if rest := skipSpace(src, end); rest < len(src) {
			end = ^rest
		}
	}
	if end < 0 {
		return dst, syntaxError(src, end)
	}
	for i := 0; i < len(src); {
		i = skipSpace(src, i)
		start := i
		for i < len(src) && src[i] > ' ' {
			if src[i] == '"' {
				i, _ = scanString(src, i+1)
			} else {
				i++
			}
		}
		dst = append(dst, src[start:i]...)
	}
	return dst, nil
}
