package verify

import "unicode"

// This room finds names that end or begin otherwise than they are recorded: with
// an s behind them, with an Arabic letter before them, with one letter of the
// given name.

// genitive looks at a word without its s: Jane Stonefields.
func (in *Inspector) genitive(at *Field, value []byte, now []open, w word) {
	if w.end-w.start < 4 {
		return
	}
	bare, ok := in.w.letters.next(value[:w.end-1], w.start)
	if !ok || bare.end != w.end-1 {
		return
	}
	for _, o := range now {
		in.follow(at, value, o, bare, bare.plain, nil)
		if bare.spelled != bare.plain {
			in.follow(at, value, o, bare, bare.spelled, nil)
		}
	}
}

// odd looks at a word that may be an initial, or begin with an Arabic letter that
// is none of it.
func (in *Inspector) odd(at *Field, value []byte, w word, next []open) []open {
	if w.end-w.start <= 2 {
		in.initials(at, value, w)
		return next
	}
	return in.prefixed(value, w, next)
}

// prefixed adds the name that begins behind a letter which Arabic joins to the
// word after it: and, so, in, for, like.
func (in *Inspector) prefixed(value []byte, w word, next []open) []open {
	switch string(value[w.start:min(w.start+2, w.end)]) {
	case "و", "ف", "ب", "ل", "ك":
	default:
		return next
	}
	bare, ok := in.w.letters.next(value[:w.end], w.start+2)
	if ok && in.w.first.has(bare.plain) {
		next = push(next, open{bare.plain, bare.start, 1})
	}
	return next
}

// longestInitialled bounds, in bytes, what is read before an initial.
const longestInitialled = 48

// initials looks for a family name behind an initial with a dot, and before it:
// J. Stonefield; Stonefield, J.
func (in *Inspector) initials(at *Field, value []byte, w word) {
	if w.end == len(value) || value[w.end] != '.' {
		return
	}
	if r, n := decode(value[w.start:]); w.start+n < w.end || !unicode.IsUpper(r) {
		return
	}
	a := in.w.letters
	letter := a.join(a.begin, w.plain)
	from := w.end + 1
	for from < len(value) && from <= w.end+3 && (value[from] == ' ' || value[from] == '\n' || value[from] == '\r' || value[from] == 0xC2 || value[from] == 0xA0) {
		from++
	}
	in.initialled(at, value, from, letter, withInitial)
	end := w.start
	for end > 0 && (value[end-1] == ' ' || value[end-1] == ',' || value[end-1] == 0xA0) {
		end--
	}
	if end > 0 && value[end-1] == 0xC2 {
		end--
	}
	if end == w.start {
		return
	}
	from = max(0, end-longestInitialled)
	var starts [maxFamily]int // of the last words, in turn
	count := 0
	for one, ok := a.next(value[:end], from); ok; one, ok = a.next(value[:end], one.end) {
		starts[count%maxFamily] = one.start
		count++
	}
	for i := range min(count, maxFamily) {
		in.initialled(at, value[:end], starts[(count-1-i)%maxFamily], letter, withInitial)
	}
}

// withInitial is the kind of leak that initials finds.
const withInitial = "name with an initial"

// initialled reports a family name of up to maxFamily words that begins right at
// from and has this initial, also with an s behind it.
func (in *Inspector) initialled(at *Field, value []byte, from int, letter uint64, kind string) {
	a, h, end := in.w.letters, letter, from
	for range maxFamily {
		w, ok := a.next(value, end)
		if !ok || w.start > end+3 || end == from && w.start > from {
			return
		}
		plain := a.join(h, w.plain)
		known := in.w.initials.has(plain) || in.w.initials.has(a.join(h, w.spelled))
		if !known && value[w.end-1]|0x20 == 's' && w.end-w.start > 3 {
			if bare, ok := a.next(value[:w.end-1], w.start); ok && bare.end == w.end-1 {
				known = in.w.initials.has(a.join(h, bare.plain)) || in.w.initials.has(a.join(h, bare.spelled))
			}
		}
		if r, _ := decode(value[w.start:]); known && (!unicode.IsLower(r) || end > from) {
			in.leak(at, kind, in.folded(value[from:w.end]))
			return
		}
		h, end = plain, w.end
	}
}
