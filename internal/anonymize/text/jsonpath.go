package text

// This room spells paths and finds one scalar by its path without visiting the rest.

// appendKey appends a key to a path. A key that could be read as something else is escaped.
func appendKey(path, key []byte) []byte {
	if len(path) > 0 {
		path = append(path, '.')
	}
	if len(key) == 0 {
		return append(path, '\\', '0')
	}
	if !special(key) {
		return append(path, key...)
	}
	for _, c := range key {
		if c == '.' || c == '[' || c == '\\' {
			path = append(path, '\\')
		}
		path = append(path, c)
	}
	return path
}

func special(key []byte) bool {
	for _, c := range key {
		if c == '.' || c == '[' || c == '\\' {
			return true
		}
	}
	return false
}

// JoinPath returns the path of the member key inside the object at path, spelled as a Token's.
func JoinPath(path, key string) string { return string(appendKey([]byte(path), []byte(key))) }

// Scalar returns the text of the first string, number or bool at path (spelled as a Token's), which may lie behind
// several members or elements; null does not count. It reads no further than that, so what comes behind is not checked.
// A *SyntaxError says where src is not JSON. The result shares memory with src unless the string holds escapes.
func Scalar(src []byte, path string) (text []byte, ok bool, err error) {
	f := finder{src: src}
	end := f.find(skipSpace(src, 0), 0, path)
	if f.ok {
		return f.text, true, nil
	}
	if end < 0 {
		return nil, false, syntaxError(src, end)
	}
	return nil, false, nil
}

// finder is the state of one Scalar.
type finder struct {
	src, key, text []byte
	ok             bool
}

// find looks for path inside the value at i and returns the value's end unless it finds something.
func (f *finder) find(i, depth int, path string) int {
	if i >= len(f.src) {
		return ^i
	}
	switch c := f.src[i]; {
	case path == "" && c != '{' && c != '[':
		return f.scalar(i)
	case c == '{' && path != "" && path[0] != '[':
		return f.members(i, depth+1, path)
	case c == '[' && len(path) >= 2 && path[:2] == "[]":
		return f.elements(i, depth+1, path[2:])
	}
	return scanValue(f.src, i, depth)
}

func (f *finder) scalar(i int) int {
	end, kind, escaped := scanScalar(f.src, i)
	if end < 0 || kind == Null {
		return end
	}
	f.ok, f.text = true, f.src[i:end]
	if kind == String {
		f.text = f.src[i+1 : end-1]
		if escaped {
			f.text = unescape(nil, f.text)
		}
	}
	return end
}

func (f *finder) elements(i, depth int, path string) int {
	if len(path) > 0 && path[0] == '.' {
		path = path[1:]
	}
	return f.each(i, depth, '[', func(i int) int { return f.find(i, depth, path) })
}

func (f *finder) members(i, depth int, path string) int {
	key, rest := cutKey(path)
	return f.each(i, depth, '{', func(i int) int {
		end, value, escaped := scanKey(f.src, i)
		if value < 0 {
			return value
		}
		inner := f.src[i+1 : end-1]
		if string(inner) != key || special(inner) {
			if escaped {
				inner = unescape(nil, inner)
			}
			if f.key = appendKey(f.key[:0], inner); string(f.key) != key {
				return scanValue(f.src, value, depth)
			}
		}
		return f.find(value, depth, rest)
	})
}

// each calls fn with the offset of every item of the container at i until one is found; fn returns the item's end.
func (f *finder) each(i, depth int, open byte, fn func(int) int) int {
	if depth > deepest {
		return ^i
	}
	i = skipSpace(f.src, i+1)
	if i < len(f.src) && f.src[i] == open+2 {
		return i + 1
	}
	for {
		if i = fn(i); i < 0 || f.ok {
			return i
		}
		var more bool
		if i, more = scanNext(f.src, i, open); !more {
			return i
		}
	}
}

// cutKey splits a path behind its first key, which stays escaped.
func cutKey(path string) (key, rest string) {
	for i := 0; i < len(path); i++ {
		switch path[i] {
		case '\\':
			i++
		case '.':
			return path[:i], path[i+1:]
		case '[':
			return path[:i], path[i:]
		}
	}
	return path, ""
}
