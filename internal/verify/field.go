package verify

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

// place is where a value stands.
type place struct{ group, field string }

// String is the place in a report.
func (p place) String() string { return p.group + "." + p.field }

// Field is one place of the staged copy as one Inspector sees it: what it says
// about the column beyond its single values. It belongs to the Inspector's
// goroutine.
type Field struct {
	in     *Inspector
	at     place
	values int64
	leaks  []report.Leak // different ones, up to maxLeaks
	recent *recent
	people bool // its name says that people are in it

	tends      bool // a value was a hint
	tendencies [hints]*tendency
	leaves     map[string]*Field // of documents, by path
}

// maxLeaks bounds what is listed of one place, so that none hides another.
const maxLeaks = 20

// Field returns the place with this name in a group: a column, a path, "key",
// "name", "metadata". An adapter that meets the same one often keeps it.
func (in *Inspector) Field(group, name string) *Field {
	at := place{group, name}
	f := in.fields[at]
	if f == nil {
		f = &Field{in: in, at: at, people: at.ofPeople()}
		in.fields[at] = f
	}
	return f
}

// Value looks at one value, text or binary.
func (f *Field) Value(value []byte) {
	in := f.in
	in.values++
	in.bytes += int64(len(value))
	f.values++
	if len(value) == 0 || !in.looks {
		return
	}
	slot := f.slot(value)
	if f.again(slot, value) {
		f.another()
		return
	}
	leaked, controls := in.leaked, in.controls
	is := in.look(f, value)
	f.tend(is, value)
	if slot != nil && is == noHint && leaked == in.leaked && controls == in.controls && len(bytes.TrimSpace(value)) > 0 {
		*slot = append((*slot)[:0], value...)
	}
}

// Nothing counts a value of so many bytes that is known to hold nobody, a small
// number for instance.
func (f *Field) Nothing(size int) {
	f.in.values++
	f.in.bytes += int64(size)
	f.values++
	f.another()
}

// leaf notes what one leaf of a document is, when it proves nothing alone.
func (f *Field) leaf(path, value []byte) {
	in := f.in
	if len(value) > longestHint {
		return
	}
	if bytes.IndexByte(value, '\\') >= 0 {
		value = unescape(nil, value)
	}
	only := in.family(value)
	if only == noHint {
		only = in.number(value)
	}
	if only == noHint && len(f.leaves) == 0 {
		return
	}
	leaf := f.leaves[string(path)]
	if leaf == nil {
		if only == noHint {
			return
		}
		at := place{f.at.group, f.at.field + in.printable(path)}
		leaf = &Field{in: in, at: at, people: at.ofPeople()}
		if f.leaves == nil {
			f.leaves = make(map[string]*Field)
		}
		f.leaves[string(path)] = leaf
	}
	leaf.tend(only, value)
}

// longestHint bounds a value that is a family name or a number, in bytes.
const longestHint = 80

// leak notes a hit: the place and a keyed hash, never the value.
func (in *Inspector) leak(at *Field, kind string, value []byte) {
	in.leaked++
	if len(at.leaks) >= maxLeaks {
		return
	}
	mac := hmac.New(sha256.New, in.w.key)
	mac.Write(value)
	leak := report.Leak{Place: at.at.String(), Kind: kind, Hash: hex.EncodeToString(mac.Sum(nil)[:6])}
	for _, l := range at.leaks {
		if l == leak {
			return
		}
	}
	at.leaks = append(at.leaks, leak)
}
