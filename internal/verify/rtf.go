package verify

import (
	"bytes"
	"strconv"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// beginsRTF reports a document of RTF.
func beginsRTF(value []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(value, " \t\r\n\ufeff"), []byte(`{\rtf`))
}

// pages are the charsets that a document may say its bytes are in.
var pages = map[int]*charmap.Charmap{
	437: charmap.CodePage437, 850: charmap.CodePage850, 852: charmap.CodePage852, 866: charmap.CodePage866, 874: charmap.Windows874, 10000: charmap.Macintosh,
	1250: charmap.Windows1250, 1251: charmap.Windows1251, 1253: charmap.Windows1253, 1254: charmap.Windows1254, 1255: charmap.Windows1255, 1256: charmap.Windows1256, 1257: charmap.Windows1257, 1258: charmap.Windows1258,
}

// unrtf returns what a reader of RTF shows, and what it keeps for itself: who wrote it, when, why. Words that say how
// letters look go without a trace.
func unrtf(value []byte) []byte {
	out := make([]byte, 0, len(value))
	bytesIn, instead := charmap.Windows1252, 1
	for i := 0; i < len(value); {
		c := value[i]
		if c == '{' || c == '}' || c == '\r' || c == '\n' {
			i++
			continue
		}
		if c != '\\' || i+1 == len(value) {
			out = append(out, c)
			i++
			continue
		}
		if c = value[i+1]; c == '\'' {
			if n, k := number(value[i+2:], 2, 16); k == 2 {
				if r := bytesIn.DecodeByte(byte(n)); visible(uint32(r)) && r != utf8.RuneError {
					out = utf8.AppendRune(out, r)
				}
				i += 4
				continue
			}
		}
		if c|0x20 < 'a' || c|0x20 > 'z' {
			out = append(out, shown[string(c)]...)
			i += 2
			continue
		}
		word, n, size := controlWord(value[i:])
		switch {
		case word == "u":
			if r, k := counted(value[i:], instead); k > 0 {
				out, size = utf8.AppendRune(out, r), k
			}
		case word == "uc" && n >= 0:
			instead = min(n, 8)
		case word == "bin" && n > 0:
			size += n
		case word == "mac":
			bytesIn = charmap.Macintosh
		case word == "ansicpg" && pages[n] != nil:
			bytesIn = pages[n]
		}
		out = append(out, shown[word]...)
		i += size
	}
	return out
}

// controlWord reads a control word with its number, -1 where it has none, and the blank that may end it.
func controlWord(s []byte) (word string, n, size int) {
	size = 1
	for size < len(s) && s[size]|0x20 >= 'a' && s[size]|0x20 <= 'z' {
		size++
	}
	word, n = string(s[1:size]), -1
	end := size
	if end < len(s) && s[end] == '-' {
		end++
	}
	from := end
	for end < len(s) && end-from < 9 && s[end] >= '0' && s[end] <= '9' {
		end++
	}
	if end > from {
		n, _ = strconv.Atoi(string(s[from:end]))
		if from > size {
			n = -1
		}
		size = end
	}
	if size < len(s) && s[size] == ' ' {
		size++
	}
	return word, n, size
}

// shown is what stands for control words and signs that part what stands on their sides, or are signs themselves.
var shown = func() map[string]string {
	all := map[string]string{"~": " ", "_": "-", `\`: `\`, "{": "{", "}": "}", "*": "\n", "\n": "\n", "\r": "\n", "emspace": " ", "enspace": " ", "qmspace": " ",
		"emdash": "—", "endash": "–", "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”", "bullet": "•"}
	for _, word := range bytes.Fields([]byte(`par pard line tab cell nestcell row nestrow sect page column softline softpage title subject author manager
		company operator category keywords comment doccomm hlinkbase fonttbl colortbl stylesheet info field fldinst fldrslt bkmkstart bkmkend
		header headerl headerr headerf footer footerl footerr footerf footnote annotation atnauthor atnid atndate pict object shp shptxt listtext`)) {
		all[string(word)] = "\n"
	}
	return all
}()
