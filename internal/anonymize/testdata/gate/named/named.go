// Package named makes a Clean by the name of its field.
package named

import (
	"github.com/tenantcopy/tenantcopy/internal/anonymize"
)

func sink(anonymize.Clean) {}

// Write must not compile.
func Write(raw []byte) { sink(anonymize.Clean{b: raw}) }
