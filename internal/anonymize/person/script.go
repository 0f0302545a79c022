package person

import (
	"unicode"
	"unicode/utf8"
)

// script is what a name is written in, as far as the choice of a pseudonym
// goes.
type script uint8

const (
	noScript script = iota // no letters
	latin
	arabic
	cyrillic
	greek
	hangul
	han
	hanKana // Japanese for sure
	katakana
	hiragana
	otherScript
)

// The tables of Japanese names without Han characters.
const (
	katakanaTable = "ja-kana"
	hiraganaTable = "ja-hira"
)

// tableOf names the table that serves a script when the locale has none in
// it, "" for none: Latin has many, the others none.
func tableOf(s script) string {
	return [...]string{
		noScript: "", latin: "", arabic: "ar", cyrillic: "ru", greek: "el", hangul: "ko",
		han: "zh", hanKana: "ja", katakana: katakanaTable, hiragana: hiraganaTable, otherScript: "",
	}[s]
}

// scriptOf finds the script of a name: of its first letter, but that kana
// beside Han characters, and katakana beside hiragana, show which language
// those are.
func scriptOf(name string) script {
	found := noScript
	for i := 0; i < len(name); {
		r, n := rune(name[i]), 1
		if r >= utf8.RuneSelf {
			r, n = utf8.DecodeRuneInString(name[i:])
		}
		i += n
		s := scriptOfLetter(r)
		switch {
		case s == noScript, s == found:
		case found == noScript:
			found = s
		case found >= han && found <= hiragana && s >= han && s <= hiragana:
			if found == han || s == han || found == hanKana {
				return hanKana
			}
			found = katakana
		default:
			return found
		}
		if found == latin {
			return latin
		}
	}
	return found
}

// scriptOfLetter finds the script of a character.
func scriptOfLetter(r rune) script {
	switch {
	case r < utf8.RuneSelf:
		if c := r | 0x20; c >= 'a' && c <= 'z' {
			return latin
		}
		return noScript
	case r >= 0x4E00 && r <= 0x9FFF, r == '々':
		return han
	case r == 'ー', r == '・', !unicode.IsLetter(r):
		return noScript
	case unicode.Is(unicode.Latin, r):
		return latin
	case unicode.Is(unicode.Arabic, r):
		return arabic
	case unicode.Is(unicode.Cyrillic, r):
		return cyrillic
	case unicode.Is(unicode.Greek, r):
		return greek
	case unicode.Is(unicode.Hangul, r):
		return hangul
	case unicode.Is(unicode.Han, r):
		return han
	case unicode.Is(unicode.Katakana, r):
		return katakana
	case unicode.Is(unicode.Hiragana, r):
		return hiragana
	}
	return otherScript
}

// Latin reports whether a name begins with a Latin letter, or has no letters.
func Latin(name string) bool { return scriptOf(name) <= latin }

// Unspaced reports whether a name is of a script whose full names have no
// blank.
func Unspaced(name string) bool { return scriptOf(name).unspaced() }

// unspaced reports the scripts of names whose words stand side by side,
// family name first: Chinese, Japanese, Korean.
func (s script) unspaced() bool { return s >= hangul && s <= hiragana }

// vietnamese reports letters that no other language has: ơ, ư, and vowels with
// a tone below or beside another mark.
func vietnamese(name string) bool {
	if isASCII(name) {
		return false
	}
	for _, r := range name {
		if r >= 0x1EA0 && r <= 0x1EF9 || r == 'ơ' || r == 'Ơ' || r == 'ư' || r == 'Ư' {
			return true
		}
	}
	return false
}

// JoinName writes a full name as its language does: family name first or last,
// with a blank between or, in the scripts that have none, without.
func JoinName(given, family string, familyFirst bool) string {
	switch {
	case !familyFirst:
		return given + " " + family
	case scriptOf(family).unspaced():
		return family + given
	}
	return family + " " + given
}
