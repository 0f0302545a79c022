package packed

import (
	"bytes"
	"errors"
	"unicode/utf8"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/text"
)

// Format is a serialisation.
type Format uint8

// The formats. None is anything else, JSON among it.
const (
	None        Format = iota
	PHP                // one value of serialize()
	Session            // PHP's session: name|value name|value
	MessagePack        // one value
)

// What is wrong with a value, without a word of it.
var (
	// ErrSyntax reports bytes that are not one whole value of their format, or nest deeper than any program writes.
	ErrSyntax = errors.New("value is not whole, or nests too deep")
	// ErrCustom reports an object of PHP whose class writes it in a form of its own.
	ErrCustom = errors.New("value holds a PHP object that serialises itself in a form of its own")
	// ErrReplacement reports a replacement that has no form in the format.
	ErrReplacement = errors.New("the replacement has no form in the serialisation")
)

// deepest is how many arrays may lie in each other. The parsers of the programs that write them stop earlier.
const deepest = 512

// Find returns the format of a value that is whole in it; None for every other. Text that could be JSON is never looked
// at for long, and what is valid UTF-8 is never MessagePack.
func Find(v []byte) Format {
	switch {
	case len(v) < 2:
	case looksPHP(v):
		if (&phpScan{s: v}).whole() {
			return PHP
		}
	case v[0] >= utf8.RuneSelf && !utf8.Valid(v) && wholeMessage(v):
		return MessagePack
	case looksSession(v):
		if (&phpScan{s: v}).session() {
			return Session
		}
	}
	return None
}

// looksPHP reports how a value of serialize() begins.
func looksPHP(v []byte) bool {
	if v[1] == ':' && len(v) >= 4 {
		return bytes.IndexByte([]byte("aObisdCE"), v[0]) >= 0
	}
	return v[0] == 'N' && v[1] == ';' && len(v) == 2
}

// looksSession reports how a session begins and ends.
func looksSession(v []byte) bool {
	if last := v[len(v)-1]; last != ';' && last != '}' {
		return false
	}
	bar := bytes.IndexByte(v[:min(len(v), longestName)], '|')
	return bar > 0 && bar+2 < len(v) && (looksPHP(v[bar+1:]) || v[bar+1] == 'N')
}

// longestName is the longest name of a session's variable that is looked for.
const longestName = 256

// Rewriter rewrites values one after the other and keeps its buffers. It is for one goroutine. The zero value is ready.
type Rewriter struct{ php phpWalk }

// Rewrite appends src, a value of format f, to dst as visit wants it. An error leaves dst as it was; it is one of this
// package's or the visitor's. src and dst must not overlap.
//
// A visitor sees what it sees of JSON (see text.Token), with these additions. PHP's arrays with the keys 0 to n−1 are
// arrays, all others objects; the name of a private property is shown without its class. NULL, references, enums and
// numbers beyond all numbers need no rule: the first two are Null, the others Bool. A time of MessagePack is a String in
// RFC 3339. A value that is dropped leaves references to it empty, and all others right.
func (r *Rewriter) Rewrite(dst, src []byte, f Format, visit text.Visit) ([]byte, error) {
	if f == MessagePack {
		m := messageWalk{walk: walk{src: src, dst: dst, visit: visit}}
		return m.rewrite()
	}
	r.php.begin(dst, src, visit)
	return r.php.rewrite(f == Session)
}

// Inner returns the text of a value that is one string, as caches write what is serialised already.
func Inner(v []byte, f Format) (inner []byte, ok bool) {
	switch f {
	case PHP:
		if t, ok := phpTokenAt(v, 0); ok && t.kind == 's' && t.end == len(v) {
			return t.text, true
		}
	case MessagePack:
		if t, ok := messageTokenAt(v, 0); ok && (t.kind == text.String && !t.time) && t.tag != 0 && !t.ext && t.end == len(v) {
			return t.text, true
		}
	}
	return nil, false
}

// Wrap appends inner as the one string that Inner has read from v.
func Wrap(dst, v, inner []byte, f Format) []byte {
	if f == PHP {
		return appendPHPString(dst, inner)
	}
	t, _ := messageTokenAt(v, 0)
	return appendMessageString(dst, inner, t)
}
