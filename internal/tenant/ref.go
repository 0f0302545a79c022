package tenant

import (
	"fmt"
	"strings"
)

// Ref names one tenant in one environment, as people type it: prod/acme.
type Ref struct {
	Env  string // a key of environments: in tenantcopy.yaml
	Name string // a key of tenants:, the same in every environment
}

// ParseRef reads "env/name". Both parts are DNS labels: lower-case letters,
// digits and inner hyphens, at most 63 bytes; that keeps a name harmless
// wherever it is put (a database's name, a URL, a label).
func ParseRef(s string) (Ref, error) {
	env, name, ok := strings.Cut(s, "/")
	if !ok {
		return Ref{}, fmt.Errorf("parse tenant: %q is not of the form env/name, for instance prod/acme", s)
	}
	for _, part := range []string{env, name} {
		if !IsLabel(part) {
			return Ref{}, fmt.Errorf("parse tenant: %q in %q is not a DNS label (lower-case letters, digits and inner hyphens, at most 63)", part, s)
		}
	}
	return Ref{Env: env, Name: name}, nil
}

// String returns env/name.
func (r Ref) String() string { return r.Env + "/" + r.Name }

// IsLabel reports whether s is a DNS label.
func IsLabel(s string) bool {
	if s == "" || len(s) > 63 || s[0] == '-' || s[len(s)-1] == '-' {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if c != '-' && (c < '0' || c > '9') && (c < 'a' || c > 'z') {
			return false
		}
	}
	return true
}
