package main

import (
	"io"
	"strings"
	"sync"

	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// scrubber is the last writer before the terminal: it replaces every secret
// that it knows by ***. It relies on writes that hold whole lines, as fmt
// makes them.
type scrubber struct {
	mu      sync.Mutex
	w       io.Writer
	secrets []string
}

func newScrubber(w io.Writer) *scrubber { return &scrubber{w: w} }

// hide adds a secret. Values under four bytes are left alone: replacing them
// would destroy the text and hide nothing.
func (s *scrubber) hide(secret tenant.Secret) {
	if v := secret.Reveal(); len(v) >= 4 {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.secrets = append(s.secrets, v, "***")
	}
}

// clean returns text without secrets.
func (s *scrubber) clean(text string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.NewReplacer(s.secrets...).Replace(text)
}

// Write implements io.Writer.
func (s *scrubber) Write(p []byte) (int, error) {
	if _, err := io.WriteString(s.w, s.clean(string(p))); err != nil {
		return 0, err
	}
	return len(p), nil
}
