package clone_test

import (
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

// What a store says of a long Prepare is in the progress, no more often than
// somebody can read; of a short one nothing is.
func TestAStoreTellsHowFarItIs(t *testing.T) {
	for tells, most := range map[int]int{5: 0, 100: 11} { // the clock goes on by a second at every look, and an event is one too
		b := newBench(t)
		b.stores[0].tells = tells
		if _, err := b.run(t.Context(), t); err != nil {
			t.Fatal(err)
		}
		told := 0
		for _, e := range b.events {
			if e.Note == "" || e.Phase != report.Prepare {
				continue
			}
			if told++; e.Store != b.stores[0].name {
				t.Errorf("%q is told of %s", e.Note, e.Store)
			}
		}
		if told != most {
			t.Errorf("of %d notes %d are told, want %d", tells, told, most)
		}
	}
}
