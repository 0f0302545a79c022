package person

import (
	"crypto/sha256"
	"encoding"
	"encoding/binary"
	"hash"
)

// PRF is HMAC-SHA256 under one derived key. It belongs to one goroutine.
//
// crypto/hmac gives the same sums. Most values are of one block, and there
// half of its time goes into copies of the hash, so this one hands whole
// blocks to it, their padding included, and reads the sum from the state.
type PRF struct {
	hash         prfHash
	inner, outer []byte // states of the hash behind the padded key
	buf          []byte // the parts in whole blocks: what is handed to the hash leaves the stack
	state        []byte
	last         [sha256.BlockSize]byte // the block that the outer hash reads
}

// prfHash is the standard library's hash, which can be set back to a state.
type prfHash interface {
	hash.Hash
	encoding.BinaryAppender
	encoding.BinaryUnmarshaler
}

// sumAt is where a state holds the sum of the blocks so far: behind four bytes
// that name the hash.
const sumAt = 4

func newPRF(key []byte) *PRF {
	p := &PRF{hash: sha256.New().(prfHash)}
	p.inner, p.outer = p.keyed(key, 0x36), p.keyed(key, 0x5c)
	p.last[sha256.Size] = 0x80
	binary.BigEndian.PutUint64(p.last[sha256.BlockSize-8:], 8*(sha256.BlockSize+sha256.Size))
	return p
}

// keyed returns the state of the hash behind the block of a key.
func (p *PRF) keyed(key []byte, pad byte) []byte {
	var block [sha256.BlockSize]byte
	copy(block[:], key)
	for i := range block {
		block[i] ^= pad
	}
	p.hash.Reset()
	return p.after(block[:], nil)
}

// after returns the state of the hash behind blocks, in the place of old.
func (p *PRF) after(blocks, old []byte) []byte {
	p.hash.Write(blocks)
	state, err := p.hash.AppendBinary(old)
	if err != nil {
		panic("read state of a hash") // it has no such error
	}
	return state
}

// resume sets the hash to a state.
func (p *PRF) resume(state []byte) {
	if err := p.hash.UnmarshalBinary(state); err != nil {
		panic("resume a hash") // the state is one of its own
	}
}

// Sum returns the 32 bytes for a sequence of parts; each part is preceded by
// its length, so that ("ab","c") and ("a","bc") differ. The result is valid
// until the next call.
func (p *PRF) Sum(parts ...[]byte) []byte {
	b := p.buf[:0]
	for _, part := range parts {
		b = binary.BigEndian.AppendUint32(b, uint32(len(part)))
		b = append(b, part...)
	}
	size := len(b)
	var padding [sha256.BlockSize + 8]byte
	padding[0] = 0x80
	b = append(b, padding[:sha256.BlockSize-(size+8)%sha256.BlockSize]...)
	b = binary.BigEndian.AppendUint64(b, 8*uint64(sha256.BlockSize+size))
	if p.buf = b; cap(b) > 1<<16 {
		p.buf = nil
	}
	p.resume(p.inner)
	p.state = p.after(b, p.state[:0])
	copy(p.last[:], p.state[sumAt:sumAt+sha256.Size])
	p.resume(p.outer)
	p.state = p.after(p.last[:], p.state[:0])
	return p.state[sumAt : sumAt+sha256.Size]
}

// Draw returns a 64-bit draw for a sequence of parts.
func (p *PRF) Draw(parts ...[]byte) uint64 {
	return binary.BigEndian.Uint64(p.Sum(parts...))
}

// DrawTwo returns two independent draws, which cost as much as one.
func (p *PRF) DrawTwo(parts ...[]byte) (first, second uint64) {
	sum := p.Sum(parts...)
	return binary.BigEndian.Uint64(sum), binary.BigEndian.Uint64(sum[8:])
}
