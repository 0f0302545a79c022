package text

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"
)

// This room writes a pseudonym the way the real name was written: order, comma, initials, separator, case.

// Render appends the name given family in the form of the mention m, whose bytes are original. Of a pseudonym of
// several given names the first one answers a single one.
func Render(dst []byte, m Match, original []byte, given, family string) []byte {
	if out, ok := renderUsual(dst, m, original, given, family); ok {
		return out
	}
	return renderAny(dst, m, original, given, family)
}

// renderAny is Render for any original.
func renderAny(dst []byte, m Match, original []byte, given, family string) []byte {
	gap, words := mainGap(original, m.Kind == Comma || m.Kind == CommaInitial)
	familyFirst := false
	head, tail := "", ""
	switch m.Kind {
	case Surname:
		if _, bare := cutParticles(string(original)); bare == string(original) {
			_, family = cutParticles(family)
		}
		return append(dst, caseLike(original, respace(family, gap))...)
	case Given:
		if words == 1 {
			given = firstWord(given)
		}
		return append(dst, caseLike(original, respace(given, gap))...)
	case Initial:
		head, tail = initialOf(given), family
	case ReversedInitial, CommaInitial:
		head, tail, familyFirst = family, initialOf(given), true
	case Reversed, Comma:
		head, tail, familyFirst = family, given, true
	default:
		head, tail = given, family
	}
	if words < 2 || gap == "" && !(isSolitary(given) && isSolitary(family)) {
		gap = " "
	}
	head, tail = respace(head, gap), respace(tail, gap)
	if shape := caseOf(original); shape == upperCase || shape == lowerCase {
		return append(dst, caseLike(original, head+gap+tail)...)
	}
	if familyFirst {
		head = shout(edgeWord(original, true), head)
	} else {
		tail = shout(edgeWord(original, false), tail)
	}
	return append(append(append(dst, head...), gap...), tail...)
}

// CasePattern returns replacement in the case of original: UPPER, lower or Title. Mixed case and scripts without case
// leave it as it is. The result may be replacement itself.
func CasePattern(original, replacement []byte) []byte {
	switch caseOf(original) {
	case upperCase:
		return bytes.ToUpper(replacement)
	case lowerCase:
		return bytes.ToLower(replacement)
	case titleCase:
		r, n := utf8.DecodeRune(replacement)
		if up := unicode.ToTitle(r); up != r && r != utf8.RuneError {
			return append(utf8.AppendRune(nil, up), replacement[n:]...)
		}
	}
	return replacement
}

// casing is the pattern of upper and lower case letters.
type casing uint8

const (
	mixedCase casing = iota
	upperCase
	lowerCase
	titleCase
)

// caseOf finds the pattern of s; a single capital is Title.
func caseOf(s []byte) casing {
	upper, under, first := 0, 0, false
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRune(s[i:])
		switch {
		case unicode.IsUpper(r):
			if upper+under == 0 {
				first = true
			}
			upper++
		case unicode.IsLower(r):
			under++
		}
		i += n
	}
	switch {
	case upper > 1 && under == 0:
		return upperCase
	case upper == 0 && under > 0:
		return lowerCase
	case first && upper == 1:
		return titleCase
	}
	return mixedCase
}

// caseLike applies upper and lower case; a pseudonym has its own capitals otherwise.
func caseLike(original []byte, name string) string {
	switch caseOf(original) {
	case upperCase:
		return strings.ToUpper(name)
	case lowerCase:
		return strings.ToLower(name)
	}
	return name
}

// shout applies upper case alone: the HILL of "HILL, Rose".
func shout(original []byte, name string) string {
	if caseOf(original) == upperCase {
		return strings.ToUpper(name)
	}
	return name
}

// edgeWord returns the first or the last word of a mention.
func edgeWord(original []byte, first bool) []byte {
	var edge []byte
	for w := range Words(original) {
		edge = original[w.Start:w.End]
		if first {
			break
		}
	}
	return edge
}

// mainGap returns the separator between the parts of a mention, and its number of words: a comma if there must be
// one, else the first of the strongest kind, because hyphens and apostrophes also stand inside a part.
func mainGap(original []byte, comma bool) (gap string, words int) {
	best, end := -1, 0
	for w := range Words(original) {
		if words++; words > 1 {
			g := original[end:w.Start]
			if s := gapStrength(g, comma); s > best {
				best, gap = s, string(Visible(g))
			}
		}
		end = w.End
	}
	if words > 2 && strings.ContainsAny(gap, asideOpens+asideShuts) {
		gap = " " // what stood in them is left out
	}
	return gap, words
}

func gapStrength(gap []byte, comma bool) int {
	switch r, n := utf8.DecodeRune(gap); {
	case comma && bytes.IndexByte(gap, ',') >= 0:
		return 4
	case len(gap) == 0:
		return 0
	case bytes.ContainsFunc(gap, isBlank):
		return 3
	case n == len(gap) && isApostrophe(r):
		return 1
	case bytes.ContainsFunc(gap, isHyphen):
		return 2
	}
	return 3
}

// respace writes the blanks inside a part as the mention separates its words: jan_van_der_berg.
func respace(part, gap string) string {
	if gap == "" || strings.ContainsFunc(gap, func(r rune) bool { return isBlank(r) || isApostrophe(r) }) {
		return part
	}
	return strings.ReplaceAll(part, " ", gap)
}

func firstWord(s string) string {
	if i := strings.IndexByte(s, ' '); i > 0 {
		return s[:i]
	}
	return s
}

// initialOf returns the first letter of a name.
func initialOf(name string) string {
	_, n := utf8.DecodeRuneInString(name)
	return name[:n]
}
