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
	open    [2][]open // phrases, in turn
	scratch [2][]byte // layers of a value, in turn
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
	return &Inspector{w: w, open: open, counts: make(map[string]int64), columns: make(map[column]*tendency)}
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
	if len(value) > largeValue && bytes.IndexByte(value[:sniffed], 0) >= 0 {
		return // a picture, an archive: what looks like an escape in it is none
	}
	for n := 0; n < maxLayers; n++ {
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
