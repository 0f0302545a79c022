package text

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"
)

// This room is the policy for names in Chinese, Japanese and Korean, where no blank and no capital says where a name
// begins and that it is one:
//
//   - a full name of three characters or more always, in Hangul where a word begins; one of two unless it is a word (高兴), or
//     two words have it side by side (行李|明天); where nothing of its script touches it, a title follows, or something else
//     says that a person is meant (see cues), always;
//   - a family or a given name of two characters that is no word, and of which no word has a part: a given name beside what
//     given names stand beside, or alone;
//   - one of a single character before a title, or alone if it is no word; a family name as 小王 and 王总, too;
//   - one in kana or Hangul where a word may begin and end: 민준이는 but not 국민준비; in kana from three characters on; a given
//     name in Hangul that nothing follows in its word, where a sentence or a part of one begins or ends;
//   - any of them if the person stands in the context of the value, less a single character among others than names have.
//
// What the proof finds of a name must be accepted here, whatever else; a test holds that.

// script says how names are told from words.
type script uint8

const (
	han script = iota
	hiragana
	katakana
	hangul
	noUnspaced // of another script
)

func scriptOf(r rune) script {
	switch {
	case r >= 0xAC00 && r <= 0xD7A3, r >= 0x1100 && r <= 0x11FF, r >= 0x3131 && r <= 0x318E:
		return hangul
	case r >= 0x3041 && r <= 0x309F:
		return hiragana
	case r >= 0x30A0 && r <= 0x30FF, r >= 0xFF66 && r <= 0xFF9F:
		return katakana
	case r >= 0x3005 && r <= 0x3007, r >= 0x3400 && r <= 0x9FFF, r >= 0xF900 && r <= 0xFAFF, r >= 0x20000 && r <= 0x3FFFF:
		return han
	}
	return noUnspaced
}

// scene is a name in such a script and what stands around it.
type scene struct {
	s           []byte
	m           Match
	chars       int
	first, last script
	split       bool   // something stands between its characters
	key         []byte // all of them folded, then those beside them, for the word lists
	before      rune   // what touches it, utf8.RuneError for nothing
	after       rune
}

// sceneOf reads a match; ok is false where a word of it is of another script.
func sceneOf(key, s []byte, m Match) (v scene, ok bool) {
	v = scene{s: s, m: m, key: key}
	end := m.Start
	for w := range Words(s[m.Start:m.End]) {
		at := Span{m.Start + w.Start, m.Start + w.End}
		r, _ := utf8.DecodeRune(s[at.Start:])
		if v.last = scriptOf(r); v.last == noUnspaced {
			return v, false
		}
		if v.chars++; v.chars == 1 {
			v.first = v.last
		}
		v.split = v.split || at.Start > end
		v.key = Fold(v.key, s[at.Start:at.End])
		end = at.End
	}
	v.before, _ = utf8.DecodeLastRune(s[:m.Start])
	v.after, _ = utf8.DecodeRune(s[m.End:])
	return v, v.chars > 0
}

// unspaced is accept for a name of these scripts.
func (p *policy) unspaced(w *walk, v *scene) (Match, bool) {
	m := v.m
	kinds := w.d.kinds[m.state]
	accepted := v.accepted(w.d, kinds)
	if p.borne&borneBit(m.state) != 0 {
		if o, ok := meant(w.d.ownersOf(m.state), p.context); ok && (accepted>>(o.kind()-1)&1 != 0 || v.near(w.d) && (v.split || o.kind() != Full)) {
			m.ID, m.Kind, m.Ambiguous = o.id(), o.kind(), false
			return m, true
		}
	}
	if accepted &= kinds; accepted == 0 {
		return m, false
	}
	for _, o := range w.d.ownersOf(m.state) {
		if accepted>>(o.kind()-1)&1 != 0 {
			m.ID, m.Kind = o.id(), o.kind()
			break
		}
	}
	return m, true
}

const (
	aSurname = 1 << (Surname - 1)
	aGiven   = 1 << (Given - 1)
	aFull    = 0xFF &^ (aSurname | aGiven)
)

// accepted returns the kinds of name that the match can be, of those in kinds.
func (v *scene) accepted(d *Dictionary, kinds uint8) (accepted uint8) {
	if kinds&aFull != 0 && v.full(d) {
		if accepted = aFull; !v.split { // 소라 한 is no 소라한
			accepted &^= 1 << (Full - 1)
		}
	}
	if kinds&(aSurname|aGiven) == 0 {
		return accepted
	}
	if titled(v.s, v.m.Start) { // Dr. 김
		accepted |= aSurname
	}
	if v.first == hangul || v.last == hangul {
		return accepted | v.koreanPart(d)
	}
	titled := followed(trimBlanksLeft(v.s[v.m.End:]), titlesBehind)
	if titled && (!v.wordBefore(d) || strings.ContainsRune(namesFollow, v.before)) {
		return accepted | aSurname | aGiven
	}
	if v.familiar(d) {
		return accepted | aSurname
	}
	switch {
	case v.chars == 1:
		if v.free() && !d.single.has(v.key) {
			accepted |= aSurname | aGiven
		}
	case !v.bounded(d) || d.unspaced.has(v.key) || v.wordBefore(d) || v.wordBehind(d):
	default:
		if !followed(v.s[v.m.End:], placesBehind) {
			accepted |= aSurname
		}
		if v.chars > 2 || v.first == han && v.cued(d) {
			accepted |= aGiven
		}
	}
	return accepted
}

// namesFollow are words of one character that stand before a name: and, with, for, please, ask.
const namesFollow = "和跟给給与與请請问問找让讓叫"

// full decides about a full name.
func (v *scene) full(d *Dictionary) bool {
	switch {
	case v.first == hangul || v.last == hangul:
		switch {
		case v.split:
			return v.bounded(d)
		case scriptOf(v.before) == hangul: // 연|구진은 is research staff
			return false
		case v.chars > 2:
			return !d.unspaced.has(v.key) || v.koreanTitle() || v.own() || v.koreanMeant(d)
		}
		return v.koreanTitle() || v.own() || v.bounded(d) && !d.unspaced.has(v.key) || v.koreanMeant(d)
	case v.chars > 2:
		return true
	}
	return v.stands() || followed(trimBlanksLeft(v.s[v.m.End:]), titlesBehind) ||
		v.bounded(d) && !d.unspaced.has(v.key) && v.parted(d) || v.meant(d)
}

// near is the rule for a person whom the value is about.
func (v *scene) near(d *Dictionary) bool {
	if v.chars == 1 {
		return v.single(d)
	}
	return v.first == han && v.last == han || v.first == hiragana && v.chars > 2 || v.bounded(d)
}

// free reports that nothing of these scripts touches the name.
func (v *scene) free() bool {
	return scriptOf(v.before) == noUnspaced && scriptOf(v.after) == noUnspaced
}

// stands reports that no letter and no digit touches the name.
func (v *scene) stands() bool { return !inWordRune(v.before) && !inWordRune(v.after) }

func inWordRune(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r))
}

// own reports that the text has no other letter.
func (v *scene) own() bool {
	return !bytes.ContainsFunc(v.s[:v.m.Start], unicode.IsLetter) && !bytes.ContainsFunc(v.s[v.m.End:], unicode.IsLetter)
}

// wordBefore reports that what touches the name on its left makes a word with its first character, and wordBehind the same
// for its right: but not where it makes one with what is beyond it (谢谢|文静, 李明|确认 and not 明确).
func (v *scene) wordBefore(d *Dictionary) bool {
	if v.first != han || scriptOf(v.before) != han {
		return false
	}
	at := v.m.Start - utf8.RuneLen(v.before)
	if !v.pair(d, at, v.m.Start) {
		return false
	}
	beyond, n := utf8.DecodeLastRune(v.s[:at])
	return scriptOf(beyond) != han || !v.pair(d, at-n, at)
}

func (v *scene) wordBehind(d *Dictionary) bool {
	if v.last != han || scriptOf(v.after) != han {
		return false
	}
	_, n := utf8.DecodeLastRune(v.s[:v.m.End])
	if !v.pair(d, v.m.End-n, v.m.End) {
		return false
	}
	at := v.m.End + utf8.RuneLen(v.after)
	beyond, _ := utf8.DecodeRune(v.s[at:])
	return scriptOf(beyond) != han || !v.pair(d, v.m.End, at)
}

// pair reports whether the characters at a and b are a word.
func (v *scene) pair(d *Dictionary, a, b int) bool {
	var room [16]byte
	_, n := utf8.DecodeRune(v.s[a:])
	_, k := utf8.DecodeRune(v.s[b:])
	return d.unspaced.has(Fold(Fold(room[:0], v.s[a:a+n]), v.s[b:b+k]))
}

// edges reports whether a word may begin and end where the name does.
func (v *scene) edges() bool {
	switch {
	case v.first == hangul && scriptOf(v.before) == hangul,
		v.first == katakana && scriptOf(v.before) == katakana, v.last == katakana && scriptOf(v.after) == katakana,
		v.first == hiragana && scriptOf(v.before) == hiragana && !strings.ContainsRune(kanaParticles+"て", v.before),
		v.last == hiragana && scriptOf(v.after) == hiragana && !strings.ContainsRune(kanaParticles, v.after) && !followed(v.s[v.m.End:], titlesBehind) && !followed(v.s[v.m.End:], kanaTails):
		return false
	}
	return true
}

// kanaParticles are one character each, kanaTails several.
const kanaParticles = "はがをにのともへでや"

var kanaTails = asSpans("から まで より だ です じゃ って")

// bounded is edges, and in Korean that nothing but grammar or a title stands behind the name in its word.
func (v *scene) bounded(d *Dictionary) bool {
	if !v.edges() {
		return false
	}
	if v.last != hangul {
		return true
	}
	tail := v.koreanTail()
	return len(tail) == 0 || d.tails.has(tail) || followed(tail, koreanTitles) || followed(tail, koreanShort)
}

// trimBlanksLeft cuts what may stand between a name and its title, trimBlanksRight what may stand before a name.
func trimBlanksLeft(s []byte) []byte {
	return bytes.TrimLeftFunc(s, partsTitle)
}

func trimBlanksRight(s []byte) []byte { return bytes.TrimRightFunc(s, isBlank) }
