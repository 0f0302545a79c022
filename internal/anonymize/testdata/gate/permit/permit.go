// Package permit makes a Permit without a rule.
package permit

import "github.com/tenantcopy/tenantcopy/internal/anonymize"

// Write must not compile.
func Write() anonymize.Permit { return anonymize.Permit{name: "x"} }
