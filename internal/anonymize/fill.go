package anonymize

import (
	"github.com/brianvoe/gofakeit/v6"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/splitmix"
)

// filler makes values that identify nobody (companies, jobs, addresses) with
// gofakeit over a keyed 64-bit source: its own seeds hold 31 bits and would
// collide. It belongs to one goroutine.
type filler struct {
	prf   *person.PRF
	state *splitmix.Source
	fake  *gofakeit.Faker
}

func newFiller(k person.Keyring) *filler {
	s := new(splitmix.Source)
	return &filler{prf: k.PRF("fill"), state: s, fake: gofakeit.NewCustom(s)}
}

// seed makes the next values depend on v alone.
func (f *filler) seed(kind string, v []byte) *gofakeit.Faker {
	*f.state = splitmix.Source(f.prf.Draw([]byte(kind), v))
	return f.fake
}
