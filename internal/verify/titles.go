package verify

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// A family name alone is no proof (see column). Behind a title, or before one in Chinese and Japanese, it is: pseudonyms
// have invented family names, and Mr Stonefield is somebody.

// Titles before a family name: those that may have a dot, others, and those that are words, behind which a family name
// counts only if it is none.
const (
	shortTitles = "mr mrs ms mx dr dra prof mme mlle sra srta dhr mevr mw"
	longTitles  = "herr herrn frau monsieur madame mademoiselle senor senora meneer mevrouw sayin signor signora senhor senhora السيد السيدة الدكتور الدكتورة الأستاذ الأستاذة"
	wordyTitles = "miss professor heer pan pani"
)

// titlesBehind stand behind a name in a script without blanks.
var titlesBehind = [...]string{"先生", "女士", "小姐", "经理", "經理", "总监", "總監", "主任", "老师", "老師", "同学", "同學", "さん", "さま", "くん", "ちゃん", "様", "部長", "課長", "社長"}

// title is what a word is that may be one.
type title byte

const (
	noTitle title = iota
	longTitle
	shortTitle
	wordyTitle
	titleBehind // it begins one
)

// addTitles makes the search stop at titles.
func (b *builder) addTitles() {
	b.titles = make(map[uint64]title)
	add := func(text string, is title) {
		h := b.wordsOf(text)[0].plain
		b.titles[h] = is
		b.titled.add(h)
		b.first.add(h)
	}
	for is, list := range map[title]string{longTitle: longTitles, shortTitle: shortTitles, wordyTitle: wordyTitles} {
		for text := range strings.FieldsSeq(list) {
			add(text, is)
		}
	}
	for _, text := range titlesBehind {
		add(text, titleBehind)
	}
}

// called adds a family name as it stands beside a title.
func (b *builder) called(family string) {
	words := b.wordsOf(family)
	if len(words) == 0 || len(words) > maxFamily {
		return
	}
	common := true
	for _, w := range words {
		common = common && b.words[w.plain]
	}
	if h := b.letters.join(b.letters.begin, words[0].plain); len(words) == 1 && b.solitary(family) && b.lent[h] {
		return
	}
	b.initialled(b.letters.begin, words)
	if !common {
		b.initialled(^b.letters.begin, words)
	}
}

// withTitle is the kind of leak that titled finds.
const withTitle = "name with a title"

// titled looks for a family name beside the word w, which is a title or begins one.
func (in *Inspector) titled(at *Field, value []byte, w word) {
	switch is := in.w.titles[w.plain]; is {
	case longTitle, shortTitle, wordyTitle:
		from := w.end
		if is == shortTitle && from < len(value) && value[from] == '.' {
			from++
		}
		if blanks := blanksAt(value[from:]); blanks > 0 && blanks <= 3 {
			beside := in.w.letters.begin
			if is == wordyTitle {
				beside = ^beside
			}
			in.initialled(at, value, from+blanks, beside, withTitle)
		}
	case titleBehind:
		if beginsTitle(value[w.start:]) {
			in.before(at, value, w.start)
		}
	}
}

// blanksAt returns how many bytes of blanks s begins with, as they are or as a URL has them.
func blanksAt(s []byte) int {
	i := 0
	for i < len(s) {
		if s[i] == 0xC2 && i+1 < len(s) && s[i+1] == 0xA0 {
			i++
		} else if !blank(s[i]) && s[i] != '+' {
			break
		}
		i++
	}
	return i
}

// beginsTitle reports a title that stands behind a name.
func beginsTitle(s []byte) bool {
	for _, one := range titlesBehind {
		if len(s) >= len(one) && string(s[:len(one)]) == one {
			return true
		}
	}
	return false
}

// wordsBefore are words of one character that stand before a name: and, with, for, please, ask.
const wordsBefore = "和跟给給与與请請问問找让讓叫"

// before looks for a family name that ends at end and has nothing of its script before it, or such a word.
func (in *Inspector) before(at *Field, value []byte, end int) {
	a := in.w.letters
	end -= len(value[:end]) - len(bytes.TrimRight(value[:end], " "))
	for n, from := 1, end; n <= maxFamily && from > 0; n++ {
		r, size := utf8.DecodeLastRune(value[:from])
		if a.of(r).class != alone {
			return
		}
		from -= size
		if r, _ = utf8.DecodeLastRune(value[:from]); a.of(r).class == alone && !strings.ContainsRune(wordsBefore, r) {
			continue
		}
		h := a.begin
		for w, ok := a.next(value[:end], from); ok; w, ok = a.next(value[:end], w.end) {
			h = a.join(h, w.plain)
		}
		if in.w.initials.has(h) {
			in.leak(at, withTitle, in.folded(value[from:end]))
			return
		}
	}
}
