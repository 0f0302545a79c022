package person

import "strings"

// Room keeps strings side by side in pieces of memory, so that one costs no
// allocation of its own. A piece is free when none of its strings is used any
// more. It belongs to one goroutine; its zero value is ready.
type Room struct{ piece *strings.Builder }

// pieceSize is how much memory a Room takes at once, in bytes.
const pieceSize = 32 << 10

// Keep returns b as a string.
func (r *Room) Keep(b []byte) string {
	if r.piece == nil || r.piece.Cap()-r.piece.Len() < len(b) {
		r.piece = &strings.Builder{}
		r.piece.Grow(max(pieceSize, len(b)))
	}
	start := r.piece.Len()
	r.piece.Write(b)
	return r.piece.String()[start:]
}
