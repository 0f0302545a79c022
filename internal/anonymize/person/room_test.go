package person

import (
	"fmt"
	"strings"
	"testing"
)

// What a room keeps stays as it was, whatever comes after it.
func TestRoomKeeps(t *testing.T) {
	var room Room
	var kept, want []string
	b := []byte{}
	for i := range 5_000 {
		b = append(b[:0], strings.Repeat(fmt.Sprint(i), i%30)...)
		if i == 2_500 {
			b = append(b, make([]byte, 2*pieceSize)...)
		}
		kept, want = append(kept, room.Keep(b)), append(want, string(b))
	}
	for i := range want {
		if kept[i] != want[i] {
			t.Fatalf("string %d has changed", i)
		}
	}
}

// A seen finds the first of those that have a key, as a map does.
func TestSeenIsAMap(t *testing.T) {
	keys := make([]string, 3_000)
	for i := range keys {
		keys[i] = fmt.Sprint(i * i % 1_009)
	}
	got, want := newSeen(len(keys)), map[string]int{}
	for i, key := range keys {
		s := got.find(key, func(n int) bool { return keys[n] == key })
		n, ok := s.number()
		if first, there := want[key]; ok != there || ok && n != first {
			t.Fatalf("%s: %d, %v instead of %d, %v", key, n, ok, first, there)
		}
		if !ok {
			s.enter(i)
			want[key] = i
		}
	}
}
