package person

import (
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

// TestTableIsAMap: what a table answers is what a map would, whatever the keys
// and however often it has grown.
func TestTableIsAMap(t *testing.T) {
	type entry struct {
		who   int32
		value string
	}
	rapid.Check(t, func(t *rapid.T) {
		want := make(map[string]entry)
		table := newTable(0, &arena{})
		for range rapid.IntRange(0, 200).Draw(t, "n") {
			key := rapid.OneOf(rapid.StringMatching(`[ab]{0,4}`), rapid.StringN(0, 300, 300)).Draw(t, "key")
			e := entry{rapid.Int32Min(0).Draw(t, "who"), rapid.StringN(0, 200, 200).Draw(t, "value")}
			_, there := want[key]
			if added := table.add(key, e.who, e.value); added == there {
				t.Fatalf("adding a key that is there: %v, added: %v", there, added)
			}
			if !there {
				want[key] = e
			}
		}
		for key, e := range want {
			if who, value, ok := table.get([]byte(key)); !ok || who != e.who || value != e.value {
				t.Fatal("a key has another person or value")
			}
			if _, _, ok := table.get([]byte(key + "\x00x")); ok != (want[key+"\x00x"] != entry{}) {
				t.Fatal("a key is found that was not added")
			}
		}
	})
}

// Keys that have a tag and a group in common are told apart by themselves.
func TestTableTellsEqualTagsApart(t *testing.T) {
	table := newTable(0, &arena{})
	for who := int32(0); who < 5_000; who++ { // 128 tags
		key := strconv.Itoa(int(who))
		if !table.add(key, who, key+"'s") || table.add(key, -1, "") {
			t.Fatal("a key is entered twice, or not at all")
		}
	}
	for who := int32(0); who < 10_000; who++ {
		key := strconv.Itoa(int(who))
		got, value, ok := table.get([]byte(key))
		if ok != (who < 5_000) || ok && (got != who || value != key+"'s") {
			t.Fatalf("%s: %d, %q, %v", key, got, value, ok)
		}
	}
	if got := 8*len(table.tags) - 8*5_000; got < 0 || table.n != 5_000 {
		t.Errorf("%d keys in %d slots", table.n, len(table.tags))
	}
}
