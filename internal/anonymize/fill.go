package anonymize

import (
	"bytes"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/filler"
)

// filling is what a filler does with a value: it appends what stands for it.
type filling func(m *filler.Maker, dst, v []byte) []byte

// newFiller returns what invents addresses, companies and jobs, keyed by the
// value and without a word of anybody's name.
func (p *Plan) newFiller() *filler.Maker {
	return filler.New(p.fillers, p.in.Keys.PRF("fill").Draw, p.in.People.Real)
}

// fill rewrites a value that identifies nobody. The words for nothing, n/a for
// instance, stay, and so does what holds no name and no number: a country.
func fill(fn filling) apply {
	return func(a *Anonymizer, dst, v []byte, _ int32) ([]byte, outcome, error) {
		return a.inUTF8(dst, v, func(dst, v []byte) ([]byte, outcome, error) {
			if a.plan.beside.Nameless(v) && !bytes.ContainsAny(v, "0123456789") {
				return dst, kept, nil
			}
			start := len(dst)
			out := fn(a.fill, dst, v)
			if bytes.Equal(out[start:], v) {
				return dst, kept, nil
			}
			return out, changed, nil
		})
	}
}
