package text

import (
	"encoding/binary"
	"math/bits"
)

// This room reads eight bytes at a time: which of them belong to words of ASCII, where the next digit stands, what a
// word hashes to. A set of the bytes of a block is written as a number with the highest bit of each of them, a set of
// the bytes of a window with a bit for each.

const (
	block  = 8  // bytes that are read at once
	window = 64 // bytes that have a bit each

	ones    = 0x0101010101010101
	highs   = 0x8080808080808080
	capital = 0x20 * ones // set, it makes a capital of ASCII a small letter and leaves a digit as it is

	hashPrime  = 0x9e3779b97f4a7c15
	otherPrime = 0xff51afd7ed558ccd
)

// load returns the eight bytes at i, the first one lowest; behind the end of s there are zeros.
func load(s []byte, i int) uint64 {
	if i+block <= len(s) {
		return binary.LittleEndian.Uint64(s[i:])
	}
	return loadTail(s, i)
}

func loadTail(s []byte, i int) uint64 {
	if at := len(s) - block; at >= 0 {
		return binary.LittleEndian.Uint64(s[at:]) >> (8 * uint(i-at))
	}
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
	low := v &^ highs
	small := low | capital
	letters := (small + (0x80-'a')*ones) &^ (small + (0x7f-'z')*ones)
	digits := (low + (0x80-'0')*ones) &^ (low + (0x7f-'9')*ones)
	return (letters | digits | v) & highs
}

// bitsOf writes a set of the bytes of a block as that of a window that begins there.
func bitsOf(set uint64) uint64 { return set >> 7 * 0x0102040810204080 >> 56 }

// windowSets are sets of the bytes of a window.
type windowSets struct {
	words  uint64 // wordBytes
	stems  uint64 // the same without each final s that hashOf leaves out
	beyond uint64 // those of words that are beyond ASCII
}

// wordWindow reads the window at i, as far as s goes. A word that does not end in it has no stem.
func wordWindow(s []byte, i int) (w windowSets) {
	n, any, finals := min(len(s)-i, window), uint64(0), uint64(0)
	for k := 0; k < n; k += block {
		v := load(s, i+k)
		w.words |= bitsOf(wordBytes(v)) << k
		finals |= bitsOf(lettersS(v)) << k
		any |= v
	}
	w.stems = w.words
	for last := uint64(1); last != 0; w.stems ^= last {
		long := w.stems << 1 & (w.stems << 2) & (w.stems << 3) // what has three bytes of its word before it
		last = w.stems & finals & long &^ (w.stems >> 1)
	}
	if any&highs != 0 {
		for k := 0; k < n; k += block {
			w.beyond |= bitsOf(load(s, i+k)&highs) << k
		}
	}
	return w
}

// lettersS returns the letters s, small and capital.
func lettersS(v uint64) uint64 {
	v = (v | capital) ^ 's'*ones
	return ^(v&^highs + 0x7f*ones | v) & highs
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

// IsASCII reports that no byte is beyond ASCII.
func IsASCII(s []byte) bool {
	for i := 0; i < len(s); i += block {
		if load(s, i)&highs != 0 {
			return false
		}
	}
	return true
}

// appendLower appends ASCII in small letters.
func appendLower(dst, s []byte) []byte {
	i := 0
	for ; i+block <= len(s); i += block {
		v := binary.LittleEndian.Uint64(s[i:])
		dst = binary.LittleEndian.AppendUint64(dst, v|between(v, 'A', 'Z')>>2)
	}
	for _, c := range s[i:] {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		dst = append(dst, c)
	}
	return dst
}

// hashOf hashes a word. Its highest bits are the best. Case does not count, nor does s at the end: most words are in no
// name, and one look then tells it of the word and of what it is without its final s.
func hashOf(b []byte) uint64 {
	if len(b) == 0 {
		return 0
	}
	return hashAt(b, 0, len(b))
}

// hashAt is hashOf of s[start:end], which is not empty.
func hashAt(s []byte, start, end int) uint64 {
	n := end - start
	for finalS(s[start+n-1], n) > 0 {
		n--
	}
	return hashStem(s, start, n)
}

// hashStem is hashAt of a word without each final s that counts for nothing: n bytes at start, at least one.
func hashStem(s []byte, start, n int) uint64 {
	first := load(s, start) | capital
	if n <= block {
		return hashEnd(first&(^uint64(0)>>((64-8*uint(n))&63)), 0)
	}
	rest, i := uint64(0), start+block
	for stop := start + n - block; i < stop; i += block {
		rest = (rest ^ (load(s, i) | capital)) * hashPrime
		rest ^= rest >> 32
	}
	return hashEnd(first, rest^(load(s, i)|capital)&below(start+n-i))
}

// finalS is 1 if a word of n bytes has a last one that may be left out.
func finalS(last byte, n int) int {
	return int(((uint64(last|0x20) ^ 's') - 1) >> 63 & (uint64(3-n) >> 63))
}

// hashEnd hashes two blocks.
func hashEnd(first, rest uint64) uint64 {
	h := first*hashPrime ^ rest*otherPrime
	return (h ^ h>>32) * otherPrime
}

// keyOf returns the key of a word with a hash: see tokenSlot.
func keyOf(h uint64, word []byte) uint64 {
	if len(word) <= block {
		return load(word, 0)
	}
	return h
}
