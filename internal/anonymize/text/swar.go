package text

import (
	"encoding/binary"
	"math/bits"
)

// This room reads eight bytes at a time: which of them belong to words of ASCII, where the next digit stands, what a
// word hashes to. A set of bytes is written as a number with the highest bit of each of its bytes.

const (
	block = 8 // bytes that are read at once

	ones    = 0x0101010101010101
	highs   = 0x8080808080808080
	capital = 0x20 * ones // set, it makes a capital of ASCII a small letter and leaves a digit as it is

	hashPrime   = 0x9e3779b97f4a7c15
	lengthPrime = 0xff51afd7ed558ccd
)

// load returns the eight bytes at i, the first one lowest; behind the end of s there are zeros.
func load(s []byte, i int) uint64 {
	if i+block <= len(s) {
		return binary.LittleEndian.Uint64(s[i:])
	}
	return loadTail(s, i)
}

func loadTail(s []byte, i int) uint64 {
	v := uint64(0)
	for k := len(s) - 1; k >= i; k-- {
		v = v<<8 | uint64(s[k])
	}
	return v
}

// firstOf returns how many bytes lie before the first one of a set, 8 if it is empty.
func firstOf(set uint64) int { return bits.TrailingZeros64(set) / 8 }

// below covers the first k bytes, up to 8.
func below(k int) uint64 { return 1<<(8*uint(k)) - 1 }

// between returns the bytes from lo to hi; those beyond ASCII count as if they had no highest bit.
func between(v uint64, lo, hi byte) uint64 {
	v &^= highs
	return (v + uint64(0x80-lo)*ones) &^ (v + uint64(0x7f-hi)*ones) & highs
}

// wordBytes returns the letters and digits of ASCII and all bytes beyond it.
func wordBytes(v uint64) uint64 {
	return between(v|capital, 'a', 'z') | between(v, '0', '9') | v&highs
}

// nextDigit returns where the first digit or plus at or after i stands, len(s) if there is none.
func nextDigit(s []byte, i int) int {
	for ; i < len(s); i += block {
		v := load(s, i)
		plus := (v&^highs ^ '+'*ones) + 0x7f*ones
		if set := (between(v, '0', '9') | ^plus&highs) &^ v; set != 0 {
			return i + firstOf(set)
		}
	}
	return len(s)
}

// isASCII reports that no byte is beyond ASCII.
func isASCII(s []byte) bool {
	for i := 0; i < len(s); i += block {
		if load(s, i)&highs != 0 {
			return false
		}
	}
	return true
}

// chain continues a hash over eight bytes that are not the last of their word.
func chain(h, v uint64) uint64 {
	h = (h ^ v) * hashPrime
	return h ^ h>>32
}

// hashEnd ends a hash with the last one to eight bytes of a word of n.
func hashEnd(h, v uint64, n int) uint64 {
	return (chain(h, v) ^ uint64(n)*lengthPrime) * hashPrime
}

// hashOf hashes folded bytes. Its highest bits are the best.
func hashOf(b []byte) uint64 {
	h, i := uint64(0), 0
	for ; i+block < len(b); i += block {
		h = chain(h, load(b, i))
	}
	return hashEnd(h, load(b, i), len(b))
}

// keyOf returns the key of a word with a hash: see tokenSlot.
func keyOf(h uint64, word []byte) uint64 {
	if len(word) <= block {
		return load(word, 0)
	}
	return h
}
