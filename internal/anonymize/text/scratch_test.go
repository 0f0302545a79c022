package text

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
)

// again rewrites another text, with the same memory, while it spells a name.
type again struct {
	mask
	e *Engine
	s *Scratch
}

func (a again) Name(dst []byte, m Match, original []byte) []byte {
	a.e.Rewrite(nil, []byte("<b>Jörg</b> M&ouml;ller, rose@foo.org"), mask{}, Options{HTML: true, Scratch: a.s}, nil)
	return a.mask.Name(dst, m, original)
}

// TestScratchInUse: memory that one text is rewritten in is not another's, and nothing of the last text is left in it.
func TestScratchInUse(t *testing.T) {
	e := testEngine()
	var s Scratch
	for _, c := range []struct {
		in   string
		html bool
	}{
		{"Rose Hill, rose@foo.org and +49 30 1234567 for J. Möller", false},
		{"Rose <b>Hill</b> &amp; <a href='mailto:rose@foo.org'>Rose Hill</a> on +49 30 1234567", true},
		{"nobody", false}, {"<p>nobody</p>", true}, {"rose@foo.org", false}, {"Hill", false},
	} {
		var want, got Counts
		plain := e.Rewrite(nil, []byte(c.in), mask{}, Options{HTML: c.html}, &want)
		for range 2 {
			got = Counts{}
			out := e.Rewrite(nil, []byte(c.in), again{e: e, s: &s}, Options{HTML: c.html, Scratch: &s}, &got)
			if string(out) != string(plain) || got != want {
				t.Errorf("%q became %q, %+v; without memory %q, %+v", c.in, out, got, plain, want)
			}
		}
	}
}

// TestDictionarySize: a person whose name nobody shares takes less than 160 bytes, tables of fixed size aside.
func TestDictionarySize(t *testing.T) {
	const people = 20_000
	r := rand.New(rand.NewPCG(1, 2))
	var before, after runtime.MemStats
	b := NewBuilder(people)
	for i := range people {
		b.AddEntry(b.Enter(Forms(fmt.Sprintf("G%d", r.IntN(people/60)), fmt.Sprintf("F%d", r.IntN(people/3)), "")), int32(i))
	}
	runtime.GC()
	runtime.ReadMemStats(&before)
	d := b.Build()
	runtime.GC()
	runtime.ReadMemStats(&after)
	size := int(int64(after.HeapAlloc) - int64(before.HeapAlloc)) // what the builder held is in both, or gone
	own := 4*(cap(d.tree.words)+cap(d.tree.ends)+cap(d.first)+cap(d.ends)+cap(d.owners)) + 16*cap(d.words.slots) + 8*(cap(d.words.filter)+cap(d.borne)) +
		cap(d.words.arena) + 4*cap(d.words.ends) + cap(d.kinds) + cap(d.traits)
	if own > 160*people || size > own+1<<20 {
		t.Errorf("%d bytes for %d people, the heap grew by %d", own, people, size)
	}
	runtime.KeepAlive(d)
}
