// Package body makes a CleanBody of any reader.
package body

import (
	"io"

	"github.com/tenantcopy/tenantcopy/internal/anonymize"
)

// Write must not compile.
func Write(r io.Reader) anonymize.CleanBody { return anonymize.CleanBody{r, 1, "text/plain"} }
