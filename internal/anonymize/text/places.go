package text

import (
	"cmp"
	"encoding/binary"
	"math/bits"
	"slices"
)

// This room finds the source's own hosts, bucket, prefixes and tenant name. They are few and nearly never there, so
// the search looks at two bytes in so many that the beginning of none can be missed, and knows where in a place they stand.

// Place is a name of the source and its counterpart at the destination.
type Place struct{ From, To string }

// placeTable is the compiled search. Case does not count for ASCII letters.
type placeTable struct {
	places []Place         // longest first
	stride int             // how far apart two bytes are looked at; 0: there are no places
	pairs  *[1 << 14]uint8 // by two bytes, see pairOf: a bit for each offset that they have in a place
}

// newPlaceTable compiles places; those of less than two bytes or without a change are left out.
func newPlaceTable(places []Place) placeTable {
	t := placeTable{}
	known := map[string]bool{}
	for _, p := range places {
		if len(p.From) > 1 && p.From != p.To && !known[p.From] {
			known[p.From] = true
			t.places = append(t.places, p)
		}
	}
	for _, p := range slices.Clone(t.places) {
		// A counterpart that holds its origin (acme, acme-stg) must not be rewritten again.
		if len(p.To) > len(p.From) && !known[p.To] {
			known[p.To] = true
			t.places = append(t.places, Place{p.To, p.To})
		}
	}
	if len(t.places) == 0 {
		return t
	}
	slices.SortFunc(t.places, func(a, b Place) int {
		return cmp.Or(cmp.Compare(len(b.From), len(a.From)), cmp.Compare(a.From, b.From))
	})
	t.stride = min(len(t.places[len(t.places)-1].From)-1, 8)
	t.pairs = new([1 << 14]uint8)
	for _, p := range t.places {
		for off := range t.stride {
			for _, a := range bothCases(p.From[off]) {
				for _, b := range bothCases(p.From[off+1]) {
					t.pairs[pairOf(uint16(a)|uint16(b)<<8)] |= 1 << off
				}
			}
		}
	}
	return t
}

// pairOf is where two bytes, the first one lower, have their bits. Those that differ in the highest bit share one: the place is compared anyway.
func pairOf(two uint16) uint { return uint(two&0x7f) | uint(two>>8&0x7f)<<7 }

// bothCases returns a byte, and the letter that it is in the other case.
func bothCases(c byte) []byte {
	if small := c | 0x20; small-'a' < 26 {
		return []byte{small, small ^ 0x20}
	}
	return []byte{c}
}

func lowerASCII(c byte) byte {
	if c-'A' < 26 {
		c |= 0x20
	}
	return c
}

// next returns the first place in s at or after i, and its range.
func (t *placeTable) next(s []byte, i int) (at Span, place *Place) {
	if t.stride == 0 {
		return Span{}, nil
	}
	for k := i + t.stride - 1; k+1 < len(s); k += t.stride {
		offsets := t.pairs[pairOf(binary.LittleEndian.Uint16(s[k:]))]
		for offsets != 0 { // the largest one first: it is the leftmost place
			off := bits.Len8(offsets) - 1
			offsets &^= 1 << off
			for n := range t.places {
				if p := &t.places[n]; wholeAt(s, k-off, p.From) {
					return Span{k - off, k - off + len(p.From)}, p
				}
			}
		}
	}
	return Span{}, nil
}

// wholeAt reports whether name stands at offset i of s and no letter or digit continues it on either side.
func wholeAt(s []byte, i int, name string) bool {
	if len(s)-i < len(name) {
		return false
	}
	for k := range len(name) {
		if lowerASCII(s[i+k]) != lowerASCII(name[k]) {
			return false
		}
	}
	end := i + len(name)
	return (i == 0 || !wordish(s[i-1]) || !wordish(name[0])) &&
		(end == len(s) || !wordish(s[end]) || !wordish(name[len(name)-1]))
}

// wordish reports letters and digits, every byte beyond ASCII included.
func wordish(c byte) bool { return lower[c] != separator }
