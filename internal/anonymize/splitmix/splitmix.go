// Package splitmix is SplitMix64, a generator of random numbers whose whole
// state is one number: what is drawn with it is the same for ever, whatever
// release of Go or of a library runs it.
package splitmix

// Source is the state of a generator. It implements math/rand's Source64 and
// belongs to one goroutine.
type Source uint64

// Uint64 returns the next number.
func (s *Source) Uint64() uint64 {
	*s += 0x9E3779B97F4A7C15
	n := uint64(*s)
	n = (n ^ n>>30) * 0xBF58476D1CE4E5B9
	n = (n ^ n>>27) * 0x94D049BB133111EB
	return n ^ n>>31
}

// Int63 returns the next number of 63 bits.
func (s *Source) Int63() int64 { return int64(s.Uint64() >> 1) }

// Seed sets the state.
func (s *Source) Seed(n int64) { *s = Source(n) }

// Scatter makes a draw of a number: every bit of it hangs on every bit there.
func Scatter(n uint64) uint64 {
	s := Source(n)
	return s.Uint64()
}
