package filler

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"
)

// Job appends another title of a job in the language of v, for a man or a
// woman as there, under the same rank: Senior, Leiter, (m/w/d).
func (m *Maker) Job(dst, v []byte) []byte {
	m.split(v, &m.tables.job)
	w := jobWriter{Maker: m, v: v, at: m.language(), plain: true}
	for i := range m.tokens {
		w.plain = w.plain && w.stays(i)
	}
	var done int
	for i := 0; i < len(m.tokens); {
		n := 1
		dst = append(dst, apart(v[done:m.tokens[i].from])...)
		original := v[m.tokens[i].from:m.tokens[i].to]
		if of := w.of(i); of > 0 {
			original = v[m.tokens[i+of].from:m.tokens[i+of+w.run(i+of)-1].to]
			n = of + w.run(i+of)
			dst = w.field(dst, original, "of")
		} else if !w.plain && w.stays(i) {
			w.led = w.led || m.tokens[i].word.roles&isHead != 0
			dst = append(dst, original...)
		} else {
			n = w.run(i)
			original = v[m.tokens[i].from:m.tokens[i+n-1].to]
			dst = w.task(dst, original, i, n)
		}
		done = m.tokens[i+n-1].to
		i += n
	}
	return append(dst, v[done:]...)
}

// language finds the language that most words of a title are of: English,
// where none is.
func (m *Maker) language() int {
	voc := &m.tables.job
	m.score = [32]int{}
	for i := range m.tokens {
		if t := &m.tokens[i]; t.to-t.from > 1 {
			m.vote(t.word.in, 2)
			if t.word.roles&^isRank != 0 {
				m.vote(t.word.in, 2)
			}
		}
	}
	best := voc.place("en")
	for n := range voc.places {
		if m.score[n] > m.score[best] {
			best = n
		}
	}
	return best
}

// jobWriter writes one title.
type jobWriter struct {
	*Maker
	v     []byte
	at    int  // the language
	plain bool // it has no word but those that would stay
	led   bool // what is led follows
	done  bool // the task is written
}

// stays reports a rank, a small word, a letter of (m/w/d) or an ending (/in),
// unless it is in somebody's name.
func (w *jobWriter) stays(i int) bool {
	t := &w.tokens[i]
	if i > 0 && t.from-w.tokens[i-1].to == 1 && strings.IndexByte("/*:_", w.v[t.from-1]) >= 0 && t.to-t.from <= 5 && t.word.roles&(isParticle|isNeutral) != 0 {
		return true
	}
	if utf8.RuneCount(w.v[t.from:t.to]) == 1 && !t.number {
		return true
	}
	const fixed = isRank | isHead | isParticle | isNeutral
	return t.word.roles&fixed != 0 && t.span == 1 && (t.to-t.from <= longestShort || !w.real(string(w.v[t.from:t.to])))
}

// run returns how many tokens from i on are one task or field.
func (w *jobWriter) run(i int) int {
	n := 1
	for ; i+n < len(w.tokens); n++ {
		t := &w.tokens[i+n]
		if gap := w.v[w.tokens[i+n-1].to:t.from]; t.breaks || bytes.ContainsAny(gap, "()/|:*_[]") || len(gap) > 2 {
			break
		}
		if w.stays(i+n) && !(t.word.roles == isParticle && i+n+1 < len(w.tokens) && !w.stays(i+n+1)) && !w.plain {
			break
		}
	}
	return n
}

// task appends another task, or another field where one is led, in brackets or
// behind a task.
func (w *jobWriter) task(dst, original []byte, i, n int) []byte {
	voc := &w.tables.job
	if w.led || w.done {
		return w.field(dst, original, "field")
	}
	w.done = true
	w.fold = foldWords(w.fold[:0], original)
	draw := w.draw([]byte("job"), w.fold)
	hers := w.hers(original)
	gendered := i+n < len(w.tokens) && w.stays(i+n) && w.tokens[i+n].from-w.tokens[i+n-1].to == 1 && w.v[w.tokens[i+n].from-1] != ' '
	var his string
	for try := range uint64(mostTries) {
		item := w.choose(voc.places[w.at].lists["task"], draw+try<<32, original)
		masculine, feminine, two := strings.Cut(item, "|")
		if his = masculine; two && hers && !gendered {
			his = feminine
		}
		if !gendered || feminine == masculine+"in" || !two {
			break
		}
	}
	return append(dst, w.inCase(original, his)...)
}

// of returns how many small words stand before what is led, in a language
// where they hang on it: de la production, du transport.
func (w *jobWriter) of(i int) int {
	n := 0
	for w.led && i+n < len(w.tokens) && w.tokens[i+n].word.roles == isParticle {
		n++
	}
	if n == 0 || i+n == len(w.tokens) || w.stays(i+n) || w.tables.job.list(w.at, "of") == nil {
		return 0
	}
	return n
}

// field appends another field.
func (w *jobWriter) field(dst, original []byte, list string) []byte {
	w.led, w.done = false, true
	w.fold = foldWords(w.fold[:0], original)
	draw := w.draw([]byte("field"), w.fold)
	fields, of := w.tables.job.list(w.at, "field"), w.tables.job.list(w.at, "of")
	item := w.choose(fields, draw, original)
	if list == "of" {
		item = of[slices.Index(fields, item)]
	}
	return append(dst, w.inCase(original, item)...)
}

// inCase is inCase, but that an abbreviation, CEO, is not in capitals for it.
func (w *jobWriter) inCase(original []byte, item string) string {
	if len(original) <= longestShort {
		return item
	}
	return inCase(original, item)
}

// hers reports a title in the form of a woman.
func (w *jobWriter) hers(original []byte) bool {
	voc := &w.tables.job
	for _, item := range voc.places[w.at].lists["task"] {
		if his, hers, ok := strings.Cut(item, "|"); ok && his != hers && strings.EqualFold(hers, string(original)) {
			return true
		}
	}
	low := bytes.ToLower(original)
	for _, ending := range voc.places[w.at].lists["ending"] {
		if bytes.HasSuffix(low, []byte(ending)) {
			return true
		}
	}
	return false
}
