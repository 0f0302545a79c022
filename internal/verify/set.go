package verify

// set holds 64-bit hashes exactly, in an open-addressed table at most half
// full, behind a bitset that answers most look-ups from the processor's
// cache: at 10⁹ look-ups into a million entries, fewer than one false hit in
// ten thousand runs is expected. Hashes are keyed by the process's own random
// numbers, so what is in a set says nothing outside it.
type set struct {
	slot []uint64
	mask uint64
	n    int
	bits []uint64 // 8 to 32 bits an entry, two of them set, in one word
}

func newSet(size int) *set {
	n := 64
	for n < size*2 {
		n *= 2
	}
	return &set{slot: make([]uint64, n), mask: uint64(n - 1), bits: make([]uint64, n/8)}
}

// bit returns the place of h in the bitset. The table uses the low bits of h,
// the bitset the high ones.
func (s *set) bit(h uint64) (word, mask uint64) {
	return h >> 32 & uint64(len(s.bits)-1), 1<<(h>>26&63) | 1<<(h>>20&63)
}

func (s *set) add(h uint64) {
	if s.n*2 >= len(s.slot) {
		s.resize(len(s.slot))
	}
	h = max(h, 1) // 0 marks a free slot
	word, bit := s.bit(h)
	s.bits[word] |= bit
	i := h & s.mask
	for s.slot[i] != 0 && s.slot[i] != h {
		i = (i + 1) & s.mask
	}
	if s.slot[i] == 0 {
		s.n++
	}
	s.slot[i] = h
}

// fit gives back the room that was not needed.
func (s *set) fit() { s.resize(s.n) }

func (s *set) resize(size int) {
	old := s.slot
	*s = *newSet(size)
	for _, h := range old {
		if h != 0 {
			s.add(h)
		}
	}
}

func (s *set) has(h uint64) bool {
	h = max(h, 1)
	if word, bit := s.bit(h); s.bits[word]&bit != bit {
		return false
	}
	return s.holds(h)
}

// holds looks into the table.
func (s *set) holds(h uint64) bool {
	for i := h & s.mask; s.slot[i] != 0; i = (i + 1) & s.mask {
		if s.slot[i] == h {
			return true
		}
	}
	return false
}
