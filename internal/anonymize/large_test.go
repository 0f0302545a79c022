//go:build !race

package anonymize

import (
	"bytes"
	"fmt"
	"hash/maphash"
	"strings"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
)

// A million addresses become a million, whatever their case, those of people
// whom nobody told apart but by them too.
func TestA04_AMillionAddresses(t *testing.T) {
	a := compile(t, input(t, header)).New()
	const all = 1_000_000
	seed := maphash.MakeSeed()
	seen := make(map[uint64]bool, all)
	var in, out []byte
	for n := range all {
		in = fmt.Appendf(in[:0], "Person%d@Firm%d.com", n, n%50)
		var err error
		if out, _, err = applyEmail(a, out[:0], in, nobody); err != nil {
			t.Fatal(err)
		}
		seen[maphash.Bytes(seed, bytes.ToLower(out))] = true
	}
	if len(seen) != all {
		t.Errorf("%d addresses are left", len(seen))
	}
	records := make([]person.Record, 15_000) // so many that some draw one name
	for n := range records {
		given := fmt.Sprintf("R%c%c%c", 'a'+n%26, 'a'+n/26%26, 'a'+n/676%26)
		records[n] = person.Record{Source: "users", ID: fmt.Sprint(n), Name: given + " Hill", Email: given + ".hill@acme.com"}
	}
	known := build(t, input(t, header), records)
	if known.Redrawn() == 0 {
		t.Error("no two people have drawn one address")
	}
	for n := range int32(known.Len()) {
		seen[maphash.String(seed, strings.ToLower(known.At(n).Email))] = true
	}
	if len(seen) != all+len(records) {
		t.Errorf("%d addresses are left of those and %d known ones", len(seen), len(records))
	}
}
