package text

import "slices"

// This room holds the token trie when it is complete: eight bytes a state. States are numbered so that those behind one
// state are neighbours, in the order of their words.

// tree is the trie. What lies behind a state lies from the end of what lies behind the state before it.
type tree struct {
	words []int32 // by state: the word that leads there
	ends  []int32 // by state: end of the states behind it
}

// newTree numbers states anew, those in at as well.
func newTree(edges *edgeTable, states int32, at []int32) tree {
	ends := make([]int32, states+1) // of the children of each old state, counted first
	for i, next := range edges.next {
		if next != 0 {
			ends[edges.keys[i]>>32+1]++
		}
	}
	for s := 1; s < len(ends); s++ {
		ends[s] += ends[s-1]
	}
	children, fill := make([]edge, states-1), slices.Clone(ends)
	for i, next := range edges.next {
		if next != 0 {
			state := edges.keys[i] >> 32
			children[fill[state]] = edge{int32(uint32(edges.keys[i])), next}
			fill[state]++
		}
	}
	t := tree{words: make([]int32, 1, states), ends: make([]int32, states)}
	old, number := append(make([]int32, 0, states), root), fill[:states]
	for s := range t.ends {
		number[old[s]] = int32(s)
		behind := children[ends[old[s]]:ends[old[s]+1]]
		slices.SortFunc(behind, func(a, b edge) int { return int(a.word - b.word) })
		for _, e := range behind {
			t.words, old = append(t.words, e.word), append(old, e.next)
		}
		t.ends[s] = int32(len(old))
	}
	for i, state := range at {
		at[i] = number[state]
	}
	return t
}

// edge leads to an old state.
type edge struct{ word, next int32 }

// get returns the state behind an edge, or none.
func (t *tree) get(state, word int32) int32 {
	lo, end := int32(1), t.ends[state]
	if state > root {
		lo = t.ends[state-1]
	}
	for hi := end; lo < hi; {
		if mid := (lo + hi) / 2; t.words[mid] < word {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo < end && t.words[lo] == word {
		return lo
	}
	return none
}
