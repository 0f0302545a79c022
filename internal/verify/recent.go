package verify

import (
	"bytes"
	"hash/maphash"
)

// Many columns say the same few things over and over: a state, a country, a
// department. What a value holds depends on the value alone, so one that held
// nothing a moment ago needs no second look.

// recent remembers values of one field in which nothing was found, whole and
// not by hash: a value is passed over only if it is that one.
type recent struct {
	slots       [recentSlots]struct{ value []byte }
	tries, hits int
	useless     bool
}

const (
	recentSlots   = 128
	longestRecent = 48  // bytes
	fewestValues  = 256 // that a field has before it is worth remembering
	recentTrial   = 1024
	mostRecents   = 256 // fields at once, of one Inspector
)

// slot returns where a value is remembered, nil when this field's are not.
func (f *Field) slot(value []byte) *[]byte {
	if len(value) > longestRecent {
		return nil
	}
	r := f.recent
	if r == nil {
		if f.values < fewestValues || f.in.recents >= mostRecents {
			return nil
		}
		r = &recent{}
		f.recent = r
		f.in.recents++
	}
	if r.useless {
		return nil
	}
	if r.tries++; r.tries == recentTrial {
		if r.hits < recentTrial/4 {
			*r = recent{useless: true}
			f.in.recents--
			return nil
		}
		r.tries, r.hits = 0, 0
	}
	return &r.slots[maphash.Bytes(f.in.w.seed, value)%recentSlots].value
}

// again reports whether the slot holds the very value.
func (f *Field) again(slot *[]byte, value []byte) bool {
	if slot == nil || !bytes.Equal(*slot, value) {
		return false
	}
	f.recent.hits++
	return true
}
