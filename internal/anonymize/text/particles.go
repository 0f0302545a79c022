package text

import "strings"

// This room knows the words that belong to the family name behind them: van der Berg.

// particles are those that the tables of names, version 1, give a pseudonym too, and so never change; further are those
// that a mention is found with.
func particles(key string) (shaping, further bool) {
	switch key {
	case "de", "del", "della", "der", "den", "di", "da", "dos", "du", "la", "le", "van", "von", "zu", "al", "el", "bin", "ibn", "ter", "ten":
		return true, true
	case "vom", "dem", "dei", "degli", "das", "do", "des", "d", "les", "lo", "bint", "ben", "abu", "te", "zur", "zum", "af", "av", "het", "t",
		"op", "in", "san", "santa", "y", "i", "e", "los", "las", "mac", "mc", "st":
		return false, true
	}
	return false, false
}

// Particle reports a word that pseudonyms have in common with the real name: van, de, whatever its case.
func Particle(word string) bool {
	var room [2][4 * block]byte // most words are none, and cost no allocation
	if len(word) <= len(room[0]) {
		if s := append(room[0][:0], word...); IsASCII(s) {
			shaping, _ := particles(string(appendLower(room[1][:0], s)))
			return shaping
		}
	}
	shaping, _ := particles(strings.ToLower(word))
	return shaping
}

// CutParticles splits a family name behind the words in front of it that is reports: "van der", "Berg".
func CutParticles(family string, is func(word string) bool) (particles, base string) {
	if strings.IndexByte(family, ' ') < 0 && isTidy(family) {
		return "", family
	}
	words := strings.Fields(family)
	n := 0
	for n < len(words)-1 && is(words[n]) {
		n++
	}
	return strings.Join(words[:n], " "), strings.Join(words[n:], " ")
}

func cutParticles(family string) (particles, base string) { return CutParticles(family, isParticle) }

// isParticle reports the words that belong to the family name behind them, in any spelling.
func isParticle(word string) bool {
	return particleKey(Fold(nil, []byte(strings.Trim(word, ".'’"))))
}

// particleKey is isParticle for a folded word.
func particleKey(key []byte) bool {
	_, is := particles(string(key))
	return is
}
