package anonymize

import (
	"bytes"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/corpus"
)

// The short way of a stranger's name writes what the long one does, and most strangers take it.
func TestPairLaw(t *testing.T) {
	people := corpus.People(2_000)
	plan := corpusPlan(t, people[:500])
	short, long, next := plan.New(), plan.New(), oddNames(people)
	all, pairs := 0, 0
	for range 40_000 {
		v := []byte(next())
		trimmed := bytes.TrimSpace(v)
		if _, known := plan.dict.Lookup(trimmed); known || len(trimmed) == 0 {
			continue
		}
		all++
		if !short.two.Read(trimmed) || !plan.beside.NothingBut(&short.two) {
			continue
		}
		pairs++
		got := short.renamePair(nil, v, trimmed)
		want, did, err := long.renameStranger(nil, v, trimmed)
		if !bytes.Equal(got, want) || did != changed || err != nil {
			t.Fatalf("%q: %q, and the long way %q (%v %v)", v, got, want, did, err)
		}
	}
	if pairs < all/4 {
		t.Errorf("%d of %d strangers take the short way", pairs, all)
	}
}
