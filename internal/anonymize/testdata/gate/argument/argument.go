// Package argument hands raw bytes to a sink.
package argument

import (
	"github.com/tenantcopy/tenantcopy/internal/anonymize"
)

func sink(anonymize.Clean) {}

// Write must not compile.
func Write(raw []byte) { sink(raw) }
