package text

import (
	"bytes"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// This room is what the policy for Korean asks: what grammar and what titles stand behind a name in its word, and whether
// they are those of people.

// koreanPart decides about a family name or given names in Hangul.
func (v *scene) koreanPart(d *Dictionary) uint8 {
	switch {
	case scriptOf(v.before) == hangul:
		return 0
	case v.chars == 1 && bytes.HasPrefix(v.s[v.m.End:], koreanShort[0]): // 손님 is a guest
		return 0
	case v.koreanCalled(d), v.chars > 1 && v.koreanNamed(d):
		return aSurname | aGiven
	}
	return 0
}

// koreanNamed decides about a name of two syllables or more without a title. With nothing behind it in its word a sentence
// must begin or end there: what stands bare in the middle of one is rarely a name.
func (v *scene) koreanNamed(d *Dictionary) bool {
	if !v.bounded(d) {
		return false
	}
	if d.unspaced.has(v.key) {
		return v.koreanMeant(d)
	}
	tail := v.koreanTail()
	if len(tail) == 0 {
		return v.edge() || endsIn(v.s[:v.m.Start], koreanTitles) || v.koreanMeant(d)
	}
	return v.agrees(tail)
}

// edge reports that a sentence or a part of one begins or ends at the name, or something that is no word stands there.
func (v *scene) edge() bool {
	before, _ := utf8.DecodeLastRune(trimBlanksRight(v.s[:v.m.Start]))
	after, _ := utf8.DecodeRune(trimBlanksLeft(v.s[v.m.End:]))
	return !inWordRune(before) || !inWordRune(after)
}

// agrees reports that what grammar puts behind a name is the form for its last sound: 민준은, 지우는.
func (v *scene) agrees(tail []byte) bool {
	last, _ := utf8.DecodeLastRune(v.s[:v.m.End])
	if last < 0xAC00 || last > 0xD7A3 {
		return true
	}
	switch first, _ := utf8.DecodeRune(tail); first {
	case '은', '을', '과', '으', '아', '이':
		return (last-0xAC00)%28 != 0
	case '는', '를', '와', '가', '야', '랑', '며', '였', '란', '니':
		return (last-0xAC00)%28 == 0
	}
	return true
}

// koreanMeant is meant for a name in Hangul.
func (v *scene) koreanMeant(d *Dictionary) bool {
	if v.toward(d) {
		return true
	}
	before, tail := bytes.TrimRight(v.s[:v.m.Start], " "), v.koreanTail()
	if labelled, ok := bytes.CutSuffix(before, []byte(":")); ok && endsIn(labelled, koreanLabel) && v.bounded(d) {
		return true
	}
	if len(tail) == 0 && followed(trimBlanksLeft(v.s[v.m.End:]), koreanSigns) {
		return true
	}
	return endsIn(before, koreanSelf) && followed(tail, koreanIs) && !d.folk.has(v.key) || v.listed(d)
}

// toward reports a particle behind the name that stands behind people only, and that the name is no word for such.
func (v *scene) toward(d *Dictionary) bool {
	return scriptOf(v.before) != hangul && followed(v.koreanTail(), koreanToward) && !d.folk.has(v.key)
}

// koreanTail returns what stands behind the name in its word.
func (v *scene) koreanTail() []byte {
	rest := v.s[v.m.End:]
	end := 0
	for end < len(rest) {
		r, n := utf8.DecodeRune(rest[end:])
		if scriptOf(r) != hangul {
			break
		}
		end += n
	}
	if tail := rest[:end]; end == 0 || tail[0] != 0xE1 {
		return tail
	}
	return norm.NFC.Bytes(rest[:end])
}

// koreanTitle reports a title behind the name, with or without a blank.
func (v *scene) koreanTitle() bool {
	tail, _ := v.koreanNext()
	return followed(tail, koreanTitles) || followed(tail, koreanShort)
}

// koreanNext returns what stands behind the name in its word, or else the next word; apart says that it is that.
func (v *scene) koreanNext() (tail []byte, apart bool) {
	if scriptOf(v.before) == hangul {
		return nil, false
	}
	if tail = v.koreanTail(); len(tail) > 0 {
		return tail, false
	}
	rest := trimBlanksLeft(v.s[v.m.End:])
	if len(rest) == len(v.s)-v.m.End {
		return nil, false
	}
	next := scene{s: rest}
	return next.koreanTail(), true
}

// koreanCalled reports a title behind a part of a name: a whole word, but for grammar. Family names that say this, one or
// former (이 기사, 한 교수, 전 대표) need the form of respect behind titles before which they stand so.
func (v *scene) koreanCalled(d *Dictionary) bool {
	tail, apart := v.koreanNext()
	for _, list := range [...][][]byte{koreanFirm, koreanLoose, koreanShort[:2]} {
		for _, t := range list {
			rest, ok := bytes.CutPrefix(tail, t)
			if !ok {
				continue
			}
			rest, respect := bytes.CutPrefix(rest, koreanShort[0])
			if len(rest) > 0 && !d.tails.has(rest) {
				continue
			}
			says := d.says[string(v.key)]
			if v.chars > 1 || respect || says == 0 || &list[0] == &koreanShort[0] {
				return true
			}
			return says != saysAlways && &list[0] == &koreanFirm[0] && (apart || !followed(t, koreanPlaces))
		}
	}
	return false
}
