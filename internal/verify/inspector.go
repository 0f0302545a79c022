package verify

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"html"
	"strconv"
	"unicode/utf8"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

// maxLeaks bounds the list of one Inspector; the count goes on.
const maxLeaks = 100

// Inspector looks at values one after the other. It belongs to one goroutine.
type Inspector struct {
	w       *Wanted
	t       tokenizer
	windows [maxWords]window // ring of phrases that could still become a name
	scratch []byte
	digits  []byte

	counts   map[string]int64
	values   int64
	bytes    int64
	controls int
	leaks    []report.Leak
	leaked   int64
}

// window is a phrase begun at some word: its text so far and its length.
type window struct {
	text  []byte
	words int
}

// NewInspector returns an Inspector with counts of its own.
func (w *Wanted) NewInspector() *Inspector {
	return &Inspector{w: w, counts: make(map[string]int64)}
}

// Record counts one record of a group: a row, a document, a key, an object.
// The control record is not counted by scanners; it is no record of the copy.
func (in *Inspector) Record(group string) { in.counts[group]++ }

// Value looks at one value, text or binary. field names the place for a
// report: a column, a path, "key", "name", "metadata".
func (in *Inspector) Value(group, field string, value []byte) {
	in.values++
	in.bytes += int64(len(value))
	in.look(group, field, value)
	if bytes.IndexByte(value, '\\') >= 0 {
		in.scratch = unescape(in.scratch[:0], value)
		in.look(group, field, in.scratch)
	}
	if i := bytes.IndexByte(value, '&'); i >= 0 && bytes.IndexByte(value[i:], ';') > 0 {
		in.look(group, field, []byte(html.UnescapeString(string(value))))
	}
	if bytes.Contains(value, []byte("%40")) {
		in.emails(group, field, bytes.ReplaceAll(value, []byte("%40"), []byte("@")))
	}
}

func (in *Inspector) look(group, field string, value []byte) {
	in.emails(group, field, value)
	in.names(group, field, value)
	in.phones(group, field, value)
}

// Clean looks at one value and reports whether it holds no leak; nothing is
// counted as a record. Blob sinks ask before they commit an upload.
func (in *Inspector) Clean(group, field string, value []byte) bool {
	before := in.leaked
	in.Value(group, field, value)
	return in.leaked == before
}

// emails finds every @, expands to both sides and judges the address.
func (in *Inspector) emails(group, field string, value []byte) {
	for at := 0; ; {
		i := bytes.IndexByte(value[at:], '@')
		if i < 0 {
			return
		}
		i += at
		at = i + 1
		lo, hi := i, i+1
		for lo > 0 && addressByte(value[lo-1]) {
			lo--
		}
		for hi < len(value) && domainByte(value[hi]) {
			hi++
		}
		domain := bytes.Trim(value[i+1:hi], ".-")
		local := bytes.TrimLeft(value[lo:i], ".")
		if len(local) == 0 || bytes.IndexByte(domain, '.') < 1 {
			continue
		}
		in.address(group, field, local, domain)
	}
}

// address judges local@domain. Bytes that could stand before an address in
// running text are tried away, so that "mail:jane@…" is found as jane@….
func (in *Inspector) address(group, field string, local, domain []byte) {
	full := bytes.ToLower(append(append(append([]byte(nil), local...), '@'), domain...))
	if string(full) == in.w.control.Value {
		in.controls++
		return
	}
	for rest := full; ; {
		if in.w.emails.has(rest) {
			in.leak(group, field, "e-mail", rest)
			return
		}
		cut := bytes.IndexAny(rest, "=:/+!#$%&'*?^`{|}~")
		if cut < 0 || cut > bytes.IndexByte(rest, '@') {
			break
		}
		rest = rest[cut+1:]
	}
	if bytes.HasSuffix(full, []byte("@"+controlDomain)) { // an earlier run's control
		return
	}
	if !in.w.allowed(full) {
		in.leak(group, field, "e-mail of an unknown domain", full)
	}
}

func addressByte(c byte) bool {
	return domainByte(c) || bytes.IndexByte([]byte("_+%&'*/=?^`{|}~!#$"), c) >= 0
}

func domainByte(c byte) bool {
	_, word := asciiWord(c)
	return word || c == '-' || c == '.' || c >= utf8.RuneSelf
}

// names slides phrases of up to maxWords words over the text.
func (in *Inspector) names(group, field string, value []byte) {
	for i := range in.windows {
		in.windows[i].words = 0
	}
	next := 0
	in.t.each(value, func(word []byte) {
		for i := range in.windows {
			w := &in.windows[i]
			if w.words == 0 {
				continue
			}
			w.text = append(append(w.text, ' '), word...)
			w.words++
			if in.w.names.has(w.text) {
				in.leak(group, field, "name", w.text)
			}
			if w.words == maxWords {
				w.words = 0
			}
		}
		if in.w.firsts.has(word) {
			w := &in.windows[next]
			next = (next + 1) % maxWords
			w.text, w.words = append(w.text[:0], word...), 1
		}
	})
}

// phones collects runs of digits with the separators that phones have.
func (in *Inspector) phones(group, field string, value []byte) {
	in.digits = in.digits[:0]
	for i := 0; i <= len(value); i++ {
		if i < len(value) {
			switch c := value[i]; {
			case c >= '0' && c <= '9':
				in.digits = append(in.digits, c)
				continue
			case len(in.digits) > 0 && bytes.IndexByte([]byte(" -./()"), c) >= 0:
				continue
			}
		}
		if n := len(in.digits); n >= 7 && n <= 19 {
			if d := bytes.TrimLeft(in.digits, "0"); in.w.phones.has(d) {
				in.leak(group, field, "phone", d)
			}
		}
		in.digits = in.digits[:0]
	}
}

// leak notes a hit: the place and a keyed hash, never the value.
func (in *Inspector) leak(group, field, kind string, value []byte) {
	in.leaked++
	if len(in.leaks) >= maxLeaks {
		return
	}
	mac := hmac.New(sha256.New, in.w.key)
	mac.Write(value)
	in.leaks = append(in.leaks, report.Leak{Place: group + "." + field, Kind: kind, Hash: hex.EncodeToString(mac.Sum(nil)[:6])})
}

// unescape writes value with JSON's escapes undone, as far as they are valid.
func unescape(dst, value []byte) []byte {
	for i := 0; i < len(value); i++ {
		c := value[i]
		if c != '\\' || i+1 == len(value) {
			dst = append(dst, c)
			continue
		}
		i++
		switch e := value[i]; {
		case e == 'u' && i+4 < len(value):
			n, err := strconv.ParseUint(string(value[i+1:i+5]), 16, 32)
			if err != nil {
				dst = append(dst, e)
				continue
			}
			dst = utf8.AppendRune(dst, rune(n))
			i += 4
		case e == 'n', e == 't', e == 'r', e == 'f', e == 'b':
			dst = append(dst, ' ')
		default:
			dst = append(dst, e)
		}
	}
	return dst
}
