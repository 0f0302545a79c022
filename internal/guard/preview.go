package guard

import (
	"time"

	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// What Admit would say, for whoever only wants to know.

// Known are places by what identifies them; the values are for messages.
type Known map[string]string

// Add notes all that identifies a place.
func (k Known) Add(name string, f Facts) {
	for _, id := range f.Identities {
		k[id] = name
	}
}

// Find returns the place that a store is, whatever address led to it.
func (k Known) Find(f Facts) (name string, same bool) {
	for _, id := range f.Identities {
		if name, same = k[id]; same {
			return name, true
		}
	}
	return "", false
}

// Belongs refuses a store of a twin that says that it is somebody else's.
func Belongs(src, dst tenant.Ref, store string, f Facts) error {
	r := Request{Source: src, Destination: dst}
	return r.checkMarker(store, f)
}

// Usable refuses a twin that somebody else than user works on.
func Usable(m *Marker, user string, now time.Time, what string) error {
	return used(m, user, now, false, what)
}
