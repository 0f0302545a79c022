// Prefix codes (Huffman codes) as WebP's lossless form writes them.

package media

import (
	"cmp"
	"slices"
)

// bitWriter collects bits, the lowest first.
type bitWriter struct {
	out   []byte
	acc   uint64
	count int
}

// put appends the n lowest bits of v, n at most 32.
func (w *bitWriter) put(v uint64, n int) {
	w.acc |= v << w.count
	w.count += n
	for w.count >= 8 {
		w.out = append(w.out, byte(w.acc))
		w.acc >>= 8
		w.count -= 8
	}
}

// bytes ends the stream, the last byte filled with zeros.
func (w *bitWriter) bytes() []byte {
	if w.count > 0 {
		w.out = append(w.out, byte(w.acc))
		w.acc, w.count = 0, 0
	}
	return w.out
}

// maxCodeLength is the longest code a decoder takes, in bits.
const maxCodeLength = 15

// prefixCode is the code of one alphabet. A code of a single symbol (only)
// costs no bit when the symbol is put.
type prefixCode struct {
	lengths []int // bits a symbol, 0 for one that does not occur
	bits    []uint64
	only    int // the single symbol, -1 when there are several
}

// newPrefixCode makes the shortest code for symbols that occur so often; an
// alphabet of which nothing occurs is coded as if symbol 0 did.
func newPrefixCode(counts []int) prefixCode {
	only, used := 0, 0
	for s, n := range counts {
		if n > 0 {
			only = s
			used++
		}
	}
	if used < 2 && only < 256 {
		return prefixCode{only: only}
	}
	c := prefixCode{lengths: codeLengths(counts), bits: make([]uint64, len(counts)), only: -1}
	// Canonical: codes of one length count upwards; each is written from its
	// highest bit, hence the reversal.
	next := uint64(0)
	for n := 1; n <= maxCodeLength; n++ {
		for s, l := range c.lengths {
			if l != n {
				continue
			}
			for i := range n {
				c.bits[s] |= next >> i & 1 << (n - 1 - i)
			}
			next++
		}
		next <<= 1
	}
	return c
}

// codeLengths is Huffman's algorithm; counts are halved until no code is too
// long.
func codeLengths(counts []int) []int {
	type node struct {
		weight      int
		left, right int // indexes of nodes, -1 in a leaf
	}
	counts = slices.Clone(counts)
	for {
		lengths := make([]int, len(counts))
		var nodes []node
		var open, leaf []int // nodes without a parent; the symbol of a leaf
		for s, n := range counts {
			if n > 0 {
				open = append(open, len(nodes))
				nodes = append(nodes, node{n, -1, -1})
				leaf = append(leaf, s)
			}
		}
		for len(open) > 1 {
			slices.SortStableFunc(open, func(a, b int) int { return cmp.Compare(nodes[b].weight, nodes[a].weight) })
			a, b := open[len(open)-1], open[len(open)-2]
			open = append(open[:len(open)-2], len(nodes))
			nodes = append(nodes, node{nodes[a].weight + nodes[b].weight, a, b})
		}
		depths := make([]int, len(nodes))
		for i := len(nodes) - 1; i >= 0; i-- { // parents come after their children
			if n := nodes[i]; n.left >= 0 {
				depths[n.left], depths[n.right] = depths[i]+1, depths[i]+1
			} else {
				lengths[leaf[i]] = depths[i]
			}
		}
		if slices.Max(lengths) <= maxCodeLength {
			return lengths
		}
		for s, n := range counts {
			counts[s] = (n + 1) / 2
		}
	}
}

// put writes a symbol that occurs in the code.
func (c prefixCode) put(w *bitWriter, symbol int) {
	if c.only < 0 {
		w.put(c.bits[symbol], c.lengths[symbol])
	}
}

// lengthCode is the fixed code in which code lengths themselves are written:
// the length in bits of each of its symbols. Symbols 0 to 15 are lengths, 17 a
// run of 3 to 10 zeros, 18 a run of 11 to 138; 16 is not used.
func lengthCode() prefixCode {
	counts := make([]int, 19)
	for s := range counts {
		counts[s] = 2
	}
	counts[12], counts[13], counts[14], counts[15], counts[16] = 1, 1, 1, 1, 0
	return newPrefixCode(counts)
}

// writeTo writes the code itself.
func (c prefixCode) writeTo(w *bitWriter) {
	if c.only >= 0 {
		w.put(1, 1) // the simple form:
		w.put(0, 1) // one symbol
		w.put(1, 1) // of eight bits
		w.put(uint64(c.only), 8)
		return
	}
	code := lengthCode()
	w.put(0, 1)
	order := [19]int{17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}
	w.put(uint64(len(order)-4), 4)
	for _, s := range order {
		w.put(uint64(code.lengths[s]), 3)
	}
	w.put(0, 1) // all lengths follow
	for i := 0; i < len(c.lengths); {
		zeros := 0
		for i+zeros < len(c.lengths) && c.lengths[i+zeros] == 0 && zeros < 138 {
			zeros++
		}
		switch {
		case zeros >= 11:
			code.put(w, 18)
			w.put(uint64(zeros-11), 7)
			i += zeros
		case zeros >= 3:
			zeros = min(zeros, 10)
			code.put(w, 17)
			w.put(uint64(zeros-3), 3)
			i += zeros
		default:
			code.put(w, c.lengths[i])
			i++
		}
	}
}
