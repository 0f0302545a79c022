package verify

import "hash/maphash"

// set holds 64-bit hashes exactly, in an open-addressed table at most half
// full: with a million entries a look-up costs some 40 ns, and at 10⁹ look-ups
// fewer than one false hit in ten thousand runs is expected. The seed is the
// process's own, so what is in a set says nothing outside it.
type set struct {
	seed maphash.Seed
	slot []uint64
	mask uint64
	n    int
}

func newSet(seed maphash.Seed, size int) *set {
	n := 16
	for n < size*2 {
		n *= 2
	}
	return &set{seed: seed, slot: make([]uint64, n), mask: uint64(n - 1)}
}

func (s *set) hash(b []byte) uint64 { return max(maphash.Bytes(s.seed, b), 1) } // 0 marks a free slot

func (s *set) add(b []byte) {
	if s.n*2 >= len(s.slot) {
		s.grow()
	}
	h := s.hash(b)
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
	s.slot = make([]uint64, len(old)*2)
	s.mask = uint64(len(s.slot) - 1)
	for _, h := range old {
		if h == 0 {
			continue
		}
		i := h & s.mask
		for s.slot[i] != 0 {
			i = (i + 1) & s.mask
		}
		s.slot[i] = h
	}
}

func (s *set) has(b []byte) bool { return s.hasHash(s.hash(b)) }

func (s *set) hasHash(h uint64) bool {
	for i := h & s.mask; s.slot[i] != 0; i = (i + 1) & s.mask {
		if s.slot[i] == h {
			return true
		}
	}
	return false
}
