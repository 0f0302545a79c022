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
	bits []uint64 // 16 to 32 bits an entry
}

func newSet(size int) *set {
	n := 64
	for n < size*2 {
		n *= 2
	}
	return &set{slot: make([]uint64, n), mask: uint64(n - 1), bits: make([]uint64, n/4)}
}

// bit returns the place of h in the bitset. The table uses the low bits of h,
// the bitset the high ones.
func (s *set) bit(h uint64) (word, mask uint64) {
	h >>= 20
	return h >> 6 & uint64(len(s.bits)-1), 1 << (h & 63)
}

func (s *set) add(h uint64) {
	if s.n*2 >= len(s.slot) {
		s.grow()
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

func (s *set) grow() {
	old := s.slot
	*s = *newSet(len(old))
	for _, h := range old {
		if h != 0 {
			s.add(h)
		}
	}
}

func (s *set) has(h uint64) bool {
	h = max(h, 1)
	if word, bit := s.bit(h); s.bits[word]&bit == 0 {
		return false
	}
	for i := h & s.mask; s.slot[i] != 0; i = (i + 1) & s.mask {
		if s.slot[i] == h {
			return true
		}
	}
	return false
}
