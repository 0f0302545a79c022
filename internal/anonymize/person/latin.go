package person

import (
	"path"
	"strings"
	"unicode/utf8"
)

// Latin spellings: an address has Latin letters, and a person whose name
// stands in two scripts has a pseudonym in both. Names of the tables have their
// own spelling where letters do not say it; the rest goes letter by letter.

// readLetters reads how the letters of other scripts are spelled.
func readLetters(folder string) (map[string]string, error) {
	text, err := tableFiles.ReadFile(path.Join(folder, "latin.txt"))
	if err != nil {
		return nil, err
	}
	letters := map[string]string{}
	for line := range tableLines(string(text)) {
		for _, pair := range line[1:] {
			letter, latin, _ := strings.Cut(pair, "=")
			letters[letter] = latin
		}
	}
	return letters, nil
}

// LatinName returns a pseudonym's names in Latin letters, for where the real
// name stands in them too.
func (x *Index) LatinName(n int32) (given, family string) {
	p := &x.people[n]
	if scriptOf(p.Family) == latin {
		return p.Given, p.Family
	}
	t := x.names.For(p.Locale, p.Real.name().Full)
	return t.Latin(p.Given), t.Latin(p.Family)
}

// longestSpelled is the longest name or letter that has a spelling, in
// characters.
const longestSpelled = 8

// Latin spells a name of the table's script in Latin letters, each word with a
// capital; one of Latin letters stays as it is. What has no spelling is left
// out.
func (t *Table) Latin(name string) string {
	if scriptOf(name) <= latin {
		return name
	}
	var out strings.Builder
	for i, word := range strings.Split(strings.ToLower(name), " ") {
		if i > 0 {
			out.WriteByte(' ')
		}
		start := out.Len()
		for word != "" {
			word = t.spell(&out, word)
		}
		if s := out.String(); len(s) > start && s[start] >= 'a' && s[start] <= 'z' {
			out.Reset()
			out.WriteString(s[:start] + strings.ToUpper(s[start:start+1]) + s[start+1:])
		}
	}
	return out.String()
}

// spell writes the beginning of a word that has a spelling, the longest, and
// returns the rest.
func (t *Table) spell(out *strings.Builder, word string) string {
	var ends [longestSpelled]int
	n := 0
	for i := 0; i < len(word) && n < longestSpelled; n++ {
		_, size := utf8.DecodeRuneInString(word[i:])
		i += size
		ends[n] = i
	}
	for ; n > 0; n-- {
		head := word[:ends[n-1]]
		for _, known := range [...]map[string]string{t.spelling, t.letters} {
			if latin, ok := known[head]; ok {
				out.WriteString(latin)
				return word[len(head):]
			}
		}
	}
	r, size := utf8.DecodeRuneInString(word)
	switch {
	case r == '-' || r == '\'':
		out.WriteByte(byte(r))
	case r >= 'ぁ' && r <= 'ゖ': // hiragana is spelled as katakana
		return t.spell(out, turnKana(word))
	case r >= 0xAC00 && r <= 0xD7A3:
		appendHangul(out, r-0xAC00)
	default:
		out.WriteString(t.letters[foldName(word[:size])]) // a letter with a mark
	}
	return word[size:]
}

// turnKana writes the hiragana at the beginning of a word as katakana.
func turnKana(word string) string {
	end := 0
	turned := make([]rune, 0, 8)
	for i, r := range word {
		if r < 'ぁ' || r > 'ゖ' {
			break
		}
		turned, end = append(turned, r+0x60), i+utf8.RuneLen(r)
	}
	return string(turned) + word[end:]
}

// appendHangul spells a syllable by its number: 28 endings for each of 21
// vowels for each of 19 beginnings (Revised Romanisation, letter by letter).
func appendHangul(out *strings.Builder, syllable rune) {
	const (
		beginnings = "g kk n d tt r m b pp s ss - j jj ch k t p h"
		vowels     = "a ae ya yae eo e yeo ye o wa wae oe yo u wo we wi yu eu ui i"
		endings    = "- k kk k n n n t l k m l l l l l m p p t t ng t t k t p t"
	)
	for _, part := range [...]struct {
		list string
		n    rune
	}{{beginnings, syllable / (21 * 28)}, {vowels, syllable / 28 % 21}, {endings, syllable % 28}} {
		if s := strings.Fields(part.list)[part.n]; s != "-" {
			out.WriteString(s)
		}
	}
}
