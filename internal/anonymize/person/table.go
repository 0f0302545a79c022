package person

import (
	"encoding/binary"
	"hash/maphash"
)

// table maps the normal forms of one kind (ids, e-mails, phones) to the person
// who has them and to what stands for them. Everything about one key lies side
// by side in one arena, so that a look-up of a random person costs two cache
// misses, and there is one allocation for all of them: a map of strings costs
// five misses and three times the memory.
//
// A look-up compares the key; a hash alone proves nothing. The seed is one of
// the process: no result depends on it.
type table struct {
	slots []tableSlot // open addressing, at most two thirds full
	arena []byte      // entries: length of key, key, person, length of value, value
	n     int
	seed  maphash.Seed
}

// tableSlot is a half of the hash and one more than the entry's place in the
// arena; a place of 0 is free.
type tableSlot struct{ hash, at uint32 }

// newTable has room for n keys of about size bytes, values included.
func newTable(n, size int) *table {
	slots := 8
	for slots*2 < n*3 {
		slots *= 2
	}
	return &table{slots: make([]tableSlot, slots), arena: make([]byte, 0, n*(size+6)), seed: maphash.MakeSeed()}
}

// add enters a key that is not there yet; one that is keeps its first entry,
// and add reports false.
func (t *table) add(key string, who int32, value string) bool {
	if (t.n+1)*3 > len(t.slots)*2 {
		t.grow()
	}
	h := maphash.String(t.seed, key)
	i := t.find(h, key)
	if t.slots[i].at != 0 {
		return false
	}
	t.slots[i] = tableSlot{uint32(h >> 32), uint32(len(t.arena)) + 1}
	t.n++
	t.arena = binary.AppendUvarint(t.arena, uint64(len(key)))
	t.arena = append(t.arena, key...)
	t.arena = binary.LittleEndian.AppendUint32(t.arena, uint32(who))
	t.arena = binary.AppendUvarint(t.arena, uint64(len(value)))
	t.arena = append(t.arena, value...)
	return true
}

// find returns the slot that holds a key, or the free one where it belongs.
func (t *table) find(h uint64, key string) uint64 {
	mask := uint64(len(t.slots) - 1)
	for i := h & mask; ; i = (i + 1) & mask {
		s := t.slots[i]
		if s.at == 0 {
			return i
		}
		if s.hash == uint32(h>>32) {
			if n, rest := cutLength(t.arena[s.at-1:]); string(rest[:n]) == key {
				return i
			}
		}
	}
}

// grow doubles the slots.
func (t *table) grow() {
	old := t.slots
	t.slots = make([]tableSlot, 2*len(old))
	for _, s := range old {
		if s.at == 0 {
			continue
		}
		n, rest := cutLength(t.arena[s.at-1:])
		t.slots[t.find(maphash.Bytes(t.seed, rest[:n]), string(rest[:n]))] = s
	}
}

// get returns whose a key is and what stands for it. The value lies in the
// table and must not be changed.
func (t *table) get(key []byte) (who int32, value []byte, ok bool) {
	h := maphash.Bytes(t.seed, key)
	mask := uint64(len(t.slots) - 1)
	for i := h & mask; ; i = (i + 1) & mask {
		s := t.slots[i]
		if s.at == 0 {
			return 0, nil, false
		}
		if s.hash != uint32(h>>32) {
			continue
		}
		n, rest := cutLength(t.arena[s.at-1:])
		if string(rest[:n]) != string(key) {
			continue
		}
		who = int32(binary.LittleEndian.Uint32(rest[n:]))
		n, rest = cutLength(rest[n+4:])
		return who, rest[:n:n], true
	}
}

// owner is get for who alone.
func (t *table) owner(key string) (int32, bool) {
	who, _, ok := t.get([]byte(key))
	return who, ok
}

// cutLength cuts a length off.
func cutLength(b []byte) (int, []byte) {
	if n := b[0]; n < 0x80 {
		return int(n), b[1:]
	}
	n, size := binary.Uvarint(b)
	return int(n), b[size:]
}
