// Command tenantcopy copies one production tenant of a multi-tenant
// application into its staging twin, pseudonymised and proved clean.
//
// This package is where environment, clock and randomness enter, and the only
// one that maps errors to exit codes.
package main

import (
	"os"
)

// version is set by the linker.
var version = "dev"

func main() {
	for _, name := range []string{"PGSERVICE", "PGSERVICEFILE"} { // an address leads where tenantcopy.yaml says
		_ = os.Unsetenv(name)
	}
	boundGarbage()
	app := newApp(os.Stdout, os.Stderr)
	os.Exit(app.run(os.Args[1:]))
}
