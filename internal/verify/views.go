package verify

import (
	"bytes"
	"unicode/utf8"
)

// A text can be read in several ways: undone layer by layer, and at each layer as mail, as a calendar, as a URL, as another
// charset. Every reading is looked at like a value of its own.

// unpacked looks at what is compressed or serialised in a value below so many layers.
func (in *Inspector) unpacked(at *Field, value []byte, n int) {
	if n >= maxLayers || len(value) == 0 {
		return
	}
	if inner, is := unpack(nil, value); is {
		if document(inner) {
			leaves(inner, in.path, at.leaf)
		}
		in.deeper(at, inner, n+1)
	}
}

// deeper looks at a text that was hidden below so many layers.
func (in *Inspector) deeper(at *Field, value []byte, n int) {
	if len(value) > 0 && packed(value) {
		in.unpacked(at, value, n)
	}
	has := marksOf(value)
	in.plain(at, value, has)
	var own [2][]byte // the outer text stands in the usual ones
	own, in.scratch = in.scratch, own
	in.layers(at, value, has, n)
	in.scratch = own
}

// reading looks at another reading of what a value holds. Where nothing confirms it, an address that nobody is known to
// have proves nothing.
func (in *Inspector) reading(at *Field, value []byte, n int, sure bool) {
	if n > maxLayers {
		return
	}
	before := in.guesses
	in.guesses = before || !sure
	in.deeper(at, value, n)
	in.guesses = before
}

// layers looks through the encodings of a value, from the n-th on.
func (in *Inspector) layers(at *Field, value []byte, has marks, n int) {
	if len(value) < fewestCoded && has&(hasCode|hasLine|hasWide) == 0 {
		return // nothing can be hidden in it
	}
	depth := len(in.around)
	in.around = append(in.around, nil)
	for ; n < maxLayers; n++ {
		in.around[depth] = value
		in.asked &^= 1 << depth
		if has&hasWide != 0 && !utf8.Valid(value) {
			in.charsets(at, value, n)
		} else if has&hasWide != 0 {
			if inner, found := ungarbled(nil, value); found {
				in.reading(at, inner, n+1, false)
			}
		}
		if len(value) >= fewestCoded {
			in.decoded(at, value, n)
		}
		if has&(hasCode|hasLine) == 0 {
			break
		}
		in.otherwise(at, value, has, n)
		if has&hasCode == 0 {
			break
		}
		inner, peeled := peel(in.scratch[n%2][:0], value)
		in.scratch[n%2] = inner[:0]
		if !peeled {
			break
		}
		value, has = inner, marksOf(inner)
		in.plain(at, value, has)
	}
	in.around[depth] = nil
	in.around = in.around[:depth]
}

// otherwise looks at other readings of the same value: as mail, as a calendar or a card, as bytes, and as a URL in which +
// is itself.
func (in *Inspector) otherwise(at *Field, value []byte, has marks, n int) {
	if has&hasLine != 0 {
		if inner, found := unfolded(nil, value); found {
			in.reading(at, inner, n+1, folds(value))
		}
	}
	if has&hasCode == 0 {
		return
	}
	if mailed(value) {
		if inner, found := unmailed(nil, value); found {
			if !utf8.Valid(inner) {
				in.charsets(at, inner, n+1)
				inner = mixed(inner)
			}
			in.reading(at, inner, n+1, true)
		}
	}
	in.bytesOf(at, value, n)
	if bytes.IndexByte(value, '\\') >= 0 {
		in.escaped(at, value, n)
	}
	in.japaneseMail(at, value, n)
	if bytes.IndexByte(value, '%') >= 0 && bytes.IndexByte(value, '+') >= 0 {
		if inner, found := unpercent(nil, value, false); found {
			in.reading(at, inner, n+1, true)
		}
	}
}
