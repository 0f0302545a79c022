package tenant

import (
	"fmt"
	"log/slog"
)

const masked = "***"

// Secret holds a password, a key or a token. However it is printed, encoded
// or logged it shows as ***; only Reveal gives the value away, and the places
// that call it are few enough to read.
//
// The value hangs on a pointer: fmt asks no methods of what lies in an
// unexported field of a struct, and then shows an address.
type Secret struct{ value *string }

// NewSecret wraps a value.
func NewSecret(value string) Secret {
	if value == "" {
		return Secret{}
	}
	return Secret{&value}
}

// Reveal returns the value itself, for the client library that needs it.
func (s Secret) Reveal() string {
	if s.value == nil {
		return ""
	}
	return *s.value
}

// IsZero reports whether there is nothing to hide.
func (s Secret) IsZero() bool { return s.value == nil }

// String returns ***, or nothing for an empty secret.
func (s Secret) String() string {
	if s.value == nil {
		return ""
	}
	return masked
}

// Format keeps every verb, %#v and %+v included, from printing the value.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(s.String())) }

// MarshalText implements encoding.TextMarshaler; JSON and YAML use it too.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// LogValue implements slog.LogValuer.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }
