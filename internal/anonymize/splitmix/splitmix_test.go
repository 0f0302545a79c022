package splitmix

import (
	"math/rand"
	"testing"
)

var _ rand.Source64 = new(Source)

// The numbers are those of the generator's reference implementation for the
// state 1234567.
func TestReference(t *testing.T) {
	s := Source(0)
	s.Seed(1234567)
	for i, want := range []uint64{6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821} {
		if got := s.Uint64(); got != want {
			t.Errorf("number %d is %d, want %d", i, got, want)
		}
	}
	if got := Scatter(1234567); got != 6457827717110365317 {
		t.Errorf("scattered to %d", got)
	}
	if s = 1234567; s.Int63() != 6457827717110365317>>1 {
		t.Error("63 bits are not the upper ones")
	}
}
