package blob

import (
	"bytes"
	"errors"
	"io"
	"iter"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/tenantcopy/tenantcopy/internal/anonymize"
	"github.com/tenantcopy/tenantcopy/internal/verify"
)

// A body is uploaded in parts of partBytes; S3 allows 10,000 of at least
// 5 MiB, so a larger body gets larger ones.
const (
	partBytes = 5 << 20
	maxParts  = 9000
)

var (
	errShort = errors.New("the body is shorter or longer than was told")
	errLeak  = errors.New("the body holds a value that must not be copied")
)

// body is a clean body on its way out: its first part, and what comes after
// it.
type body struct {
	first []byte
	whole bool // first is everything
	rest  io.Reader
	size  int64 // as told; below 0 when not known
	sent  int64
	look  func(part []byte, last bool) bool // nil, or whether the part holds no leak
}

// readBody reads as much of a clean body as one part holds.
func readBody(clean *anonymize.CleanBody) (*body, error) {
	part := max(int64(partBytes), clean.Size()/maxParts+1)
	b := &body{size: clean.Size()}
	var buf bytes.Buffer
	if clean.Size() >= 0 {
		buf.Grow(int(min(clean.Size(), part)) + bytes.MinRead)
	}
	if _, err := io.Copy(&buf, io.LimitReader(clean, part)); err != nil {
		return nil, err
	}
	b.first = buf.Bytes()
	var more [1]byte
	n, err := io.ReadFull(clean, more[:])
	switch {
	case n == 1:
		b.rest = io.MultiReader(bytes.NewReader(more[:]), clean)
		return b, nil
	case err != io.EOF:
		return nil, err
	}
	b.whole = true
	b.sent = int64(len(b.first))
	return b, b.told()
}

// told compares what was read with what was told.
func (b *body) told() error {
	if b.size >= 0 && b.sent != b.size {
		return errShort
	}
	return nil
}

// parts yields the body part by part; a part is valid until the next. The
// last one is yielded only after all were looked at.
func (b *body) parts() iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		part, spare := b.first, make([]byte, len(b.first))
		for {
			n, err := 0, io.EOF
			if b.rest != nil {
				n, err = io.ReadFull(b.rest, spare)
			}
			last := n == 0 && err == io.EOF
			if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
				yield(nil, err)
				return
			}
			b.sent += int64(len(part))
			if last {
				err = b.told()
			} else {
				err = nil
			}
			if b.look != nil && !b.look(part, last) {
				err = errLeak
			}
			if !yield(part, err) || err != nil || last {
				return
			}
			part, spare = spare[:n], part[:cap(part)][:len(b.first)]
		}
	}
}

// The limits of looking at text: windows are cut where no address and no
// word goes on, and each begins with the end of the one before.
const (
	windowBytes  = 64 << 10
	contextBytes = 1 << 10
	headBytes    = 8 << 10
	maxKeptText  = 1 << 20 // kept bodies are looked at up to here
)

// looker searches a stream of text for people.
type looker struct {
	in           *verify.Inspector
	group, field string
	buf          []byte
	clean        bool
}

func newLooker(in *verify.Inspector, group, field string) *looker {
	return &looker{in: in, group: group, field: field, clean: true}
}

// add looks at the next part and reports whether all so far is clean.
func (l *looker) add(part []byte, last bool) bool {
	for {
		n := min(len(part), windowBytes)
		l.buf = append(l.buf, part[:n]...)
		part = part[n:]
		end := len(l.buf)
		if final := last && len(part) == 0; !final {
			end = boundary(l.buf, max(end-4*contextBytes, 0))
		}
		l.clean = l.in.Clean(l.group, l.field, l.buf[:end]) && l.clean
		keep := max(end-contextBytes, 0)
		keep = min(next(l.buf, keep), end)
		l.buf = append(l.buf[:0], l.buf[keep:]...)
		if len(part) == 0 {
			return l.clean
		}
	}
}

// boundary returns the end of the last separator at or behind from, or the
// end of the text.
func boundary(text []byte, from int) int {
	if i := bytes.LastIndexAny(text[from:], separators); i >= 0 {
		return from + i + 1
	}
	return len(text)
}

// next returns the end of the first separator at or behind from, or the end.
func next(text []byte, from int) int {
	if from == 0 {
		return 0
	}
	if i := bytes.IndexAny(text[from:], separators); i >= 0 {
		return from + i + 1
	}
	return len(text)
}

// separators end every address and every word.
const separators = " \n\r\t\"<>,;"

// isText reports whether a body reads as text, by its beginning. What is
// drawn or packed holds a zero byte there.
func isText(head []byte) bool {
	return bytes.IndexByte(head[:min(len(head), headBytes)], 0) < 0
}

// textual reports whether a kept object is one that can name people in plain
// words.
func textual(o *object) bool {
	if o.Size > maxKeptText || o.Encoding != "" {
		return false
	}
	kind, _, _ := strings.Cut(strings.ToLower(o.Type), ";")
	switch kind = strings.TrimSpace(kind); {
	case strings.HasPrefix(kind, "text/"), strings.HasSuffix(kind, "json"), strings.HasSuffix(kind, "xml"), strings.HasSuffix(kind, "csv"), strings.HasSuffix(kind, "yaml"):
		return true
	}
	switch strings.ToLower(path.Ext(o.Name)) {
	case ".csv", ".tsv", ".json", ".ndjson", ".jsonl", ".txt", ".text", ".log", ".md", ".xml", ".html", ".htm", ".svg", ".yaml", ".yml", ".eml", ".ics", ".vcf":
		return true
	}
	return false
}

// printable makes valid UTF-8 of a value for the search.
func printable(v string) []byte {
	if utf8.ValidString(v) {
		return []byte(v)
	}
	return []byte(strings.ToValidUTF8(v, " "))
}
