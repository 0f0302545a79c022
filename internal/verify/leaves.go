package verify

// A document comes as one value. Its leaves are columns of their own when it
// is asked whether a column holds nothing but family names or phone numbers.

// deepest is how many objects and lists around each other are read.
const deepest = 32

// reader walks a JSON document. What is no JSON is read as far as it looks
// like it.
type reader struct {
	doc  []byte
	i    int
	path []byte
	leaf func(path, value []byte)
}

// leaves hands every string and every number of a JSON document to leaf, as
// it stands between its quotes, with the path that leads there. Both are
// valid during the call only.
func leaves(doc, path []byte, leaf func(path, value []byte)) {
	if r := (reader{doc: doc, path: path[:0], leaf: leaf}); document(doc) {
		r.value(0)
	}
}

// document reports what may be a JSON object or list.
func document(doc []byte) bool {
	i := 0
	for i < len(doc) && blank(doc[i]) {
		i++
	}
	return i < len(doc) && (doc[i] == '{' || doc[i] == '[')
}

func (r *reader) blanks() {
	for r.i < len(r.doc) && (r.doc[r.i] == ' ' || r.doc[r.i] == '\n' || r.doc[r.i] == '\t' || r.doc[r.i] == '\r') {
		r.i++
	}
}

// value reads one value and reports whether the document goes on as JSON.
func (r *reader) value(depth int) bool {
	if r.blanks(); r.i == len(r.doc) || depth == deepest {
		return false
	}
	switch c := r.doc[r.i]; {
	case c == '{', c == '[':
		return r.container(depth, c == '{')
	case c == '"':
		s, ok := r.text()
		if ok {
			r.leaf(r.path, s)
		}
		return ok
	}
	start := r.i
	for r.i < len(r.doc) && r.doc[r.i] > ' ' && r.doc[r.i] != ',' && r.doc[r.i] != '}' && r.doc[r.i] != ']' {
		r.i++
	}
	if r.i > start && r.doc[start] >= '0' && r.doc[start] <= '9' {
		r.leaf(r.path, r.doc[start:r.i])
	}
	return r.i > start
}

// container reads the members of an object or a list.
func (r *reader) container(depth int, object bool) bool {
	r.i++
	base := len(r.path)
	defer func() { r.path = r.path[:base] }()
	for {
		r.path = r.path[:base]
		switch r.blanks(); {
		case r.i == len(r.doc):
			return false
		case r.doc[r.i] == '}', r.doc[r.i] == ']':
			r.i++
			return true
		case r.doc[r.i] == ',':
			r.i++
			continue
		case object:
			key, ok := r.text()
			if !ok {
				return false
			}
			r.path = append(append(r.path, '.'), key...)
			if r.blanks(); r.i == len(r.doc) || r.doc[r.i] != ':' {
				return false
			}
			r.i++
		default:
			r.path = append(r.path, "[]"...)
		}
		if !r.value(depth + 1) {
			return false
		}
	}
}

// text reads a string and returns what is between its quotes.
func (r *reader) text() ([]byte, bool) {
	if r.doc[r.i] != '"' {
		return nil, false
	}
	start := r.i + 1
	for i := start; i < len(r.doc); i++ {
		switch r.doc[i] {
		case '\\':
			i++
		case '"':
			r.i = i + 1
			return r.doc[start:i], true
		}
	}
	return nil, false
}

// longestPath bounds a path that is printed, in bytes.
const longestPath = 100

// printable returns a path as a report may show it. A key can be data: one
// that is no plain word, or is part of somebody's name, makes it ".*".
func (in *Inspector) printable(path []byte) string {
	const unknown = ".*"
	if len(path) > longestPath {
		return unknown
	}
	for _, c := range path {
		if c != '.' && c != '_' && c != '[' && c != ']' && in.w.letters.ascii[c] == 0 {
			return unknown
		}
	}
	a := in.w.letters
	for w, ok := a.next(path, 0); ok; w, ok = a.next(path, w.end) {
		if in.w.first.has(w.plain) || in.w.families.has(w.plain) || in.w.phones.has(a.bytes(path[w.start:w.end])) {
			return unknown
		}
	}
	return string(path)
}
