package verify

import (
	"bytes"
	"cmp"
	"slices"
	"strconv"
)

// PostgreSQL writes a text that was made ready for search as its words, in the
// order of the alphabet, with the places where they stood: 'hill':2 'rose':1.

// lexemes reports whether a value looks like that.
func lexemes(value []byte) bool {
	return len(value) > 4 && value[0] == '\'' && bytes.Contains(value, []byte("':"))
}

// inOrder appends the words in the order in which they stood.
func inOrder(dst, value []byte) []byte {
	type lexeme struct {
		place int
		word  []byte
	}
	var all []lexeme
	for len(value) > 0 && value[0] == '\'' {
		end := 1
		for end < len(value) && (value[end] != '\'' || end+1 < len(value) && value[end+1] == '\'') {
			if value[end] == '\'' {
				end++
			}
			end++
		}
		word, rest := value[1:min(end, len(value))], value[min(end+1, len(value)):]
		places, next, _ := bytes.Cut(bytes.TrimPrefix(rest, []byte(":")), []byte(" "))
		for one := range bytes.SplitSeq(places, []byte(",")) {
			place, _ := strconv.Atoi(string(bytes.TrimRight(one, "ABCD*"))) // without a place it comes first
			all = append(all, lexeme{place, word})
		}
		value = next
	}
	slices.SortStableFunc(all, func(a, b lexeme) int { return cmp.Compare(a.place, b.place) })
	for _, l := range all {
		dst = append(append(dst, l.word...), ' ')
	}
	return dst
}
