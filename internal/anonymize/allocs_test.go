//go:build !race

package anonymize

import (
	"fmt"
	"strings"
	"testing"
)

// Names, of up to 32 bytes, and addresses cost no allocation, whoever bears them. What stands for
// strangers' names is kept in pieces of memory that hold thousands of them.
func TestAllocsOfNamesAndEmails(t *testing.T) {
	const runs = 500
	for _, c := range []struct{ rule, format string }{
		{"name", "Jane %s Abercrombie"}, {"name", "Jane Marie-Claire %s van Dyke"}, {"name", "Zoë %s"}, {"name", "%s Müller"},
		{"email", "jane.%s@other.org"}, {"email", "Jane.%s+tag@other.org"}, {"person.name", "Rose Hill"}, {"person.email", "rose.hill@acme.com"}, {"email", "rose.hill@acme.com"},
	} {
		a, row := one(t, c.rule, Field{Form: FormText})
		var values [][]byte
		for n := range runs + 1 { // the first call is not counted
			v := []byte(c.format)
			if strings.Contains(c.format, "%s") {
				v = fmt.Appendf(nil, c.format, string(rune('A'+n%26))+string(rune('a'+n/26)))
			}
			values = append(values, v)
		}
		id, n := []byte{0, 0, 0, 1}, 0
		if got := testing.AllocsPerRun(runs, func() {
			a.Begin(row)
			_, idErr := a.Value(0, id)
			_, err := a.Value(1, values[n])
			if n++; idErr != nil || err != nil {
				t.Fatal(idErr, err)
			}
		}); got > 0 {
			t.Errorf("%s of %s: %v allocations a value", c.rule, c.format, got)
		}
	}
}
