package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"

	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// scrubber is the last writer before the terminal: it replaces every secret
// that it knows by ***. It relies on writes that hold whole lines, as fmt
// makes them; lines makes them of what another program writes.
type scrubber struct {
	mu     sync.Mutex
	w      io.Writer
	values []string        // what is hidden
	public map[string]bool // ordinary words, in lower case
	long   *strings.Replacer
	short  *regexp.Regexp
	failed error // the first write that did not succeed
	broken chan struct{}
}

func newScrubber(w io.Writer) *scrubber {
	s := &scrubber{w: w, public: make(map[string]bool), broken: make(chan struct{})}
	s.compile()
	return s
}

// Lengths of secrets, in bytes.
const (
	shortest = 4 // what is shorter is everywhere, and hides nothing
	telling  = 8 // what has as many is replaced within words too
)

// hide adds a secret, in the forms in which it may show up.
func (s *scrubber) hide(secret tenant.Secret) {
	value := secret.Reveal()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, line := range append(strings.Split(value, "\n"), value) {
		quoted, _ := json.Marshal(line)
		for _, form := range []string{line, string(bytes.Trim(quoted, `"`)), url.QueryEscape(line), url.PathEscape(line), url.UserPassword("", line).String()[1:]} {
			if len(form) >= shortest && !slices.Contains(s.values, form) {
				s.values = append(s.values, form)
			}
		}
	}
	s.compile()
}

// publish adds words that are no secret even when a password is equal to
// them: masking the name of a store or of a tenant would make the output
// unreadable, and would tell whoever reads it what the password is.
func (s *scrubber) publish(words ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, w := range words {
		s.public[strings.ToLower(w)] = true
	}
	s.compile()
}

// compile prepares the replacement: longest first, so that a secret within
// another one leaves nothing of it.
func (s *scrubber) compile() {
	slices.SortFunc(s.values, func(a, b string) int { return len(b) - len(a) })
	var long, short []string
	for _, v := range s.values {
		switch {
		case s.public[strings.ToLower(v)]:
		case len(v) >= telling:
			long = append(long, v, "***")
		case !plainWord(v):
			short = append(short, regexp.QuoteMeta(v))
		}
	}
	s.long, s.short = strings.NewReplacer(long...), nil
	if len(short) > 0 {
		s.short = regexp.MustCompile(`(^|[^\pL\pN])(?:` + strings.Join(short, "|") + `)($|[^\pL\pN])`)
	}
}

// plainWord reports whether a short value is only letters or only digits, as
// half of all text is: true, info, 2026.
func plainWord(v string) bool {
	not := func(is func(rune) bool) func(rune) bool { return func(r rune) bool { return !is(r) } }
	return !strings.ContainsFunc(v, not(unicode.IsLetter)) || !strings.ContainsFunc(v, not(unicode.IsDigit))
}

// clean returns text without secrets.
func (s *scrubber) clean(text string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	text = s.long.Replace(text)
	if s.short != nil {
		text = s.short.ReplaceAllString(text, "${1}***${2}")
	}
	return text
}

// jsonText is a string in JSON, with the colon behind it when it is a key.
var jsonText = regexp.MustCompile(`"(?:[^"\\]|\\.)*"(?:\s*:)?`)

// cleanJSON returns JSON without secrets, and still JSON: only strings change,
// and no key does.
func (s *scrubber) cleanJSON(text string) string {
	return jsonText.ReplaceAllStringFunc(text, func(found string) string {
		var value string
		if json.Unmarshal([]byte(found), &value) != nil { // a key
			return found
		}
		if cleaned := s.clean(value); cleaned != value {
			quoted, err := json.Marshal(cleaned)
			if err == nil {
				return string(quoted)
			}
		}
		return found
	})
}

// mentions reports whether text holds a secret or is one, however short.
func (s *scrubber) mentions(text string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.ContainsFunc(s.values, func(v string) bool { return v == text || (len(v) >= telling && strings.Contains(text, v)) })
}

// Write implements io.Writer.
func (s *scrubber) Write(p []byte) (int, error) { return s.write(p, s.clean(string(p))) }

// target is where what was cleaned goes.
func (s *scrubber) target() io.Writer {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.w
}

// through leads what is written through another writer, until the function
// that it returns is called.
func (s *scrubber) through(wrap func(io.Writer) io.Writer) (restore func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := s.w
	s.w = wrap(before)
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.w = before
	}
}

func (s *scrubber) write(p []byte, text string) (int, error) {
	_, err := io.WriteString(s.target(), text)
	if err == nil {
		return len(p), nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failed == nil {
		s.failed = err
		close(s.broken)
	}
	return 0, err
}

// failure returns the first error of a write.
func (s *scrubber) failure() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.failed
}

// jsonWriter writes JSON through a scrubber.
type jsonWriter struct{ s *scrubber }

// Write implements io.Writer.
func (w jsonWriter) Write(p []byte) (int, error) { return w.s.write(p, w.s.cleanJSON(string(p))) }

// lines hands what a program writes on as whole lines, so that a secret that
// came in two pieces is known too.
type lines struct {
	to      io.Writer
	pending []byte
}

// longestLine is where a line is broken, bytes.
const longestLine = 1 << 20

// Write implements io.Writer.
func (l *lines) Write(p []byte) (int, error) {
	l.pending = append(l.pending, p...)
	end := bytes.LastIndexByte(l.pending, '\n') + 1
	if end == 0 && len(l.pending) < longestLine {
		return len(p), nil
	}
	if end == 0 {
		end = len(l.pending)
	}
	_, err := l.to.Write(l.pending[:end])
	l.pending = append(l.pending[:0], l.pending[end:]...)
	return len(p), err
}

// flush hands on a last line without an end.
func (l *lines) flush() {
	if len(l.pending) > 0 {
		_, _ = l.to.Write(append(l.pending, '\n'))
		l.pending = nil
	}
}
