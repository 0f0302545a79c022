package verify

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

// maxLeaks bounds the list of one Inspector; the count goes on.
const maxLeaks = 100

// Inspector looks at values one after the other. It belongs to one goroutine.
type Inspector struct {
	w       *Wanted
	open    [2][]open         // phrases, in turn
	scratch [2][]byte         // layers of a value, in turn
	spare   []byte            // what a value has hidden
	path    []byte            // of a leaf
	fields  map[string]string // names of leaves, so that each is made once
	run     run
	digits  []byte
	address []byte

	counts   map[string]int64
	columns  map[column]*tendency
	values   int64
	bytes    int64
	controls int
	leaks    []report.Leak
	leaked   int64
}

// NewInspector returns an Inspector with counts of its own.
func (w *Wanted) NewInspector() *Inspector {
	open := [2][]open{make([]open, 0, maxOpen), make([]open, 0, maxOpen)}
	return &Inspector{w: w, open: open, counts: make(map[string]int64), columns: make(map[column]*tendency), fields: make(map[string]string), path: make([]byte, 0, 256)}
}

// Record counts one record of a group: a row, a document, a key, an object.
// The control record is not counted by scanners; it is no record of the copy.
func (in *Inspector) Record(group string) { in.counts[group]++ }

// Value looks at one value, text or binary. field names the place for a
// report: a column, a path, "key", "name", "metadata".
func (in *Inspector) Value(group, field string, value []byte) {
	in.values++
	in.bytes += int64(len(value))
	at := place{group, field}
	in.emails(at, value)
	only := in.names(at, value)
	if kind := in.phones(at, value); kind != noHint {
		only = kind
	}
	if only != noHint || len(in.columns) > 0 {
		in.column(at, only, value)
	}
	if t := bytes.TrimLeft(value, " \t\r\n"); len(t) > 0 && (t[0] == '{' || t[0] == '[') {
		leaves(t, in.path, func(path, leaf []byte) { in.leaf(at, path, leaf) })
	}
	if inner, unpacked := unpack(nil, value); unpacked {
		in.deeper(at, inner, 1)
	}
	if len(value) > largeValue && bytes.IndexByte(value[:sniffed], 0) >= 0 {
		return // a picture, an archive: what looks like an escape in it is none
	}
	in.layers(at, value, 0)
}

// deeper looks at a text that was hidden below so many layers.
func (in *Inspector) deeper(at place, value []byte, n int) {
	in.emails(at, value)
	in.names(at, value)
	in.phones(at, value)
	var own [2][]byte // the outer text stands in the usual ones
	own, in.scratch = in.scratch, own
	in.layers(at, value, n)
	in.scratch = own
}

// layers looks through the encodings of a value, from the n-th on.
func (in *Inspector) layers(at place, value []byte, n int) {
	for ; n < maxLayers; n++ {
		inner, found := decoded(in.spare[:0], value)
		if in.spare = inner; found {
			in.spare = nil
			in.deeper(at, inner, n+1)
		}
		inner, peeled := peel(in.scratch[n%2][:0], value)
		in.scratch[n%2] = inner[:0]
		if !peeled {
			return
		}
		in.emails(at, inner)
		in.names(at, inner)
		in.phones(at, inner)
		value = inner
	}
}

// leaf asks what one leaf of a document is, when it proves nothing alone.
func (in *Inspector) leaf(at place, path, value []byte) {
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
	if only == noHint && len(in.columns) == 0 {
		return
	}
	name, known := in.fields[string(path)]
	if !known {
		if only == noHint {
			return
		}
		name = in.printable(path)
		in.fields[string(path)] = name
	}
	in.column(place{at.group, at.field + name}, only, value)
}

// longestHint bounds a value that is a family name or a number, in bytes.
const longestHint = 80

// Clean looks at one value and reports whether it holds no leak; nothing is
// counted as a record. Blob sinks ask before they commit an upload.
func (in *Inspector) Clean(group, field string, value []byte) bool {
	before := in.leaked
	in.Value(group, field, value)
	return in.leaked == before
}

// A value of more than largeValue bytes with a zero among its first sniffed
// ones is looked at as it stands only.
const (
	largeValue = 64 << 10
	sniffed    = 4 << 10
)

// place is where a value stands.
type place struct{ group, field string }

// leak notes a hit: the place and a keyed hash, never the value.
func (in *Inspector) leak(at place, kind string, value []byte) {
	in.leaked++
	if len(in.leaks) >= maxLeaks {
		return
	}
	mac := hmac.New(sha256.New, in.w.key)
	mac.Write(value)
	in.leaks = append(in.leaks, report.Leak{Place: at.group + "." + at.field, Kind: kind, Hash: hex.EncodeToString(mac.Sum(nil)[:6])})
}
