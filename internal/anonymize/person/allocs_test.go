//go:build !race

package person

import (
	"bytes"
	"crypto/sha256"
	"testing"
)

// The race detector makes what lies on the stack escape, so allocations are
// counted without it: make test runs these by themselves.

func TestAllocsOfPRF(t *testing.T) {
	key := bytes.Repeat([]byte{7, 1, 200}, 11)[:sha256.Size]
	p := newPRF(key)
	p.Sum(make([]byte, 1<<10))
	if n := testing.AllocsPerRun(100, func() { p.Sum(key, key[:5]) }); n > 0 {
		t.Errorf("%v allocations a sum", n)
	}
}
