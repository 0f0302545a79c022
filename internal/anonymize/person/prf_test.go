package person

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"math/rand/v2"
	"testing"
)

// The keyed function is HMAC-SHA256 of the parts, each behind its length, for
// parts of any length about the size of a block.
func TestPRFIsHMAC(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	key := bytes.Repeat([]byte{7, 1, 200}, 11)[:sha256.Size]
	p := newPRF(key)
	for size := range 300 {
		for range 20 {
			parts := make([][]byte, 1+r.IntN(3))
			mac := hmac.New(sha256.New, key)
			for i := range parts {
				parts[i] = make([]byte, r.IntN(size+1))
				for k := range parts[i] {
					parts[i][k] = byte(r.Uint32())
				}
				mac.Write(binary.BigEndian.AppendUint32(nil, uint32(len(parts[i]))))
				mac.Write(parts[i])
			}
			want := mac.Sum(nil)
			if got := p.Sum(parts...); !bytes.Equal(got, want) {
				t.Fatalf("%d parts of up to %d bytes: %x, not %x", len(parts), size, got, want)
			}
			if got := p.Draw(parts...); got != binary.BigEndian.Uint64(want) {
				t.Fatalf("draw %x of %x", got, want)
			}
		}
	}
	if got := p.Sum(make([]byte, 1<<20)); len(got) != sha256.Size || p.buf != nil {
		t.Error("a very long value stays in memory")
	}
}

func BenchmarkPRF(b *testing.B) {
	key := bytes.Repeat([]byte{7}, sha256.Size)
	value := []byte("jane.doe@other.org")
	b.Run("PRF", func(b *testing.B) {
		p := newPRF(key)
		for b.Loop() {
			p.Draw([]byte("email"), value)
		}
	})
	b.Run("crypto/hmac", func(b *testing.B) {
		mac := hmac.New(sha256.New, key)
		var sum [sha256.Size]byte
		for b.Loop() {
			mac.Reset()
			mac.Write(value)
			mac.Sum(sum[:0])
		}
	})
}
