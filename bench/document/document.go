// Package document is what the benchmarks leave behind: tables in the documents
// that quote them, so that no figure there is typed, and a profile.
package document

import (
	"fmt"
	"os"
	"strings"
)

// Replace puts text between the markers of a command in a file:
//
//	<!-- COMMAND: begin -->
//	<!-- COMMAND: end -->
func Replace(file, command, text string) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	begin, end := "<!-- "+command+": begin -->\n", "<!-- "+command+": end -->"
	head, rest, found := strings.Cut(string(data), begin)
	_, tail, closed := strings.Cut(rest, end)
	if !found || !closed {
		return fmt.Errorf("%s has no markers of %s", file, command)
	}
	return os.WriteFile(file, []byte(head+begin+text+end+tail), 0o644)
}
