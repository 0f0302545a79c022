// Package conversion converts raw bytes.
package conversion

import (
	"github.com/tenantcopy/tenantcopy/internal/anonymize"
)

func sink(anonymize.Clean) {}

// Write must not compile.
func Write(raw []byte) { sink(anonymize.Clean(raw)) }
