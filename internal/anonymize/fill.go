package anonymize

import (
	"github.com/brianvoe/gofakeit/v6"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
)

// filler makes values that identify nobody (companies, jobs, addresses) with
// gofakeit over a keyed 64-bit source: its own seeds hold 31 bits and would
// collide. It belongs to one goroutine.
type filler struct {
	prf   *person.PRF
	state *splitmix
	fake  *gofakeit.Faker
}

func newFiller(k person.Keyring) *filler {
	s := &splitmix{}
	return &filler{prf: k.PRF("fill"), state: s, fake: gofakeit.NewCustom(s)}
}

// seed makes the next values depend on v alone.
func (f *filler) seed(kind string, v []byte) *gofakeit.Faker {
	f.state.n = f.prf.Draw([]byte(kind), v)
	return f.fake
}

// splitmix is the SplitMix64 generator: rand.Source64 whose whole state is
// its seed.
type splitmix struct{ n uint64 }

// Uint64 implements rand.Source64.
func (s *splitmix) Uint64() uint64 {
	s.n += 0x9E3779B97F4A7C15
	z := s.n
	z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
	z = (z ^ z>>27) * 0x94D049BB133111EB
	return z ^ z>>31
}

// Int63 implements rand.Source.
func (s *splitmix) Int63() int64 { return int64(s.Uint64() >> 1) }

// Seed implements rand.Source.
func (s *splitmix) Seed(n int64) { s.n = uint64(n) }
