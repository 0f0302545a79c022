package verify

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"
)

// open is a phrase that could still become a name.
type open struct {
	hash  uint64
	start int
	words int
}

// maxOpen bounds the phrases followed at once.
const maxOpen = 64

// names slides phrases of up to maxWords words over the text. Most words
// begin no name and cost one look at a bitset. It reports whether the whole
// value is a family name.
func (in *Inspector) names(at *Field, value []byte) hint {
	now, next := in.open[0][:0], in.open[1][:0]
	a, first := in.w.letters, in.w.first
	count, phrase := 0, uint64(0)
	for w, ok := a.next(value, 0); ok; w, ok = a.next(value, w.end) {
		next = next[:0]
		if len(now) > 0 {
			if initial(value[w.start:w.end]) || enclosed(value, w) {
				next = append(next, now...) // Jane Q. Stonefield, Jane "Janey" Stonefield
			}
			for _, o := range now {
				next = in.follow(at, value, o, w, w.plain, next)
				if w.spelled != w.plain {
					next = in.follow(at, value, o, w, w.spelled, next)
				}
			}
			if value[w.end-1]|0x20 == 's' {
				in.genitive(at, value, now, w)
			}
		}
		if first.has(w.plain) {
			next = push(next, open{w.plain, w.start, 1})
			if in.w.titled.has(w.plain) {
				in.titled(at, value, w)
			}
		}
		if w.spelled != w.plain && first.has(w.spelled) {
			next = push(next, open{w.spelled, w.start, 1})
		}
		if c := value[w.start]; w.end-w.start <= 2 || c == 0xD9 {
			next = in.odd(at, value, w, next)
		} else if hangulAt(c) && in.w.koreans.n > 0 {
			in.koreans(at, value, w, now)
		}
		now, next = next, now
		if count++; count == 1 {
			phrase = w.plain
		} else if count <= maxFamily {
			phrase = a.join(phrase, w.plain)
		}
	}
	if count > 0 && count <= maxFamily && in.w.families.has(phrase) {
		return familyName
	}
	return noHint
}

// family is what names says about a whole value, without looking for names.
func (in *Inspector) family(value []byte) hint {
	if h, n := in.phrase(value); n > 0 && in.w.families.has(h) {
		return familyName
	}
	return noHint
}

// follow adds a word to an open phrase.
func (in *Inspector) follow(at *Field, value []byte, o open, w word, form uint64, next []open) []open {
	h := in.w.letters.join(o.hash, form)
	if !in.w.begun.has(h) {
		return next
	}
	if in.w.names.has(h) && (!in.w.common.has(h) || in.stands(value, o.start, w.end)) && in.oneCase(value[o.start:w.end]) && in.whole(value[o.start:w.end]) && !in.across(value, o.start, w.end) {
		in.leak(at, "name", in.folded(value[o.start:w.end]))
	}
	if o.words+1 < maxWords {
		next = push(next, open{h, o.start, o.words + 1})
	}
	return next
}

// stands reports whether a name that is also something else is written like
// one: with capitals and in one sentence (thanks to Will. Grant us a day), or in a script without blanks with nothing of it around, or a title behind it.
func (in *Inspector) stands(value []byte, start, end int) bool {
	a := in.w.letters
	if r, _ := decode(value[start:]); a.of(r).class != alone {
		return in.capitals(value[start:end]) && !endsSentence(value[start:end])
	}
	if beginsTitle(value[end+blanksAt(value[end:]):]) {
		return true
	}
	before, _ := utf8.DecodeLastRune(value[:start])
	after, _ := utf8.DecodeRune(value[end:])
	return a.of(before).class == between && a.of(after).class == between
}

// endsSentence reports that a sentence or a paragraph ends within a phrase. A
// dot behind a letter alone is an initial's.
func endsSentence(phrase []byte) bool {
	letter := func(i int) bool { c := phrase[i] | 0x20; return c >= 'a' && c <= 'z' || c >= utf8.RuneSelf }
	lines := 0
	for i := 1; i < len(phrase); i++ {
		if phrase[i] > ' ' {
			lines = 0
			continue
		}
		if phrase[i] == '\n' {
			lines++
		}
		before := phrase[i-1]
		if lines > 1 || before == '!' || before == '?' || before == '.' && i > 2 && letter(i-2) && letter(i-3) {
			return true
		}
	}
	return false
}

// whole reports whether a name in a script without blanks has nothing between
// its characters but blanks and dots: 晓东，谢谢 is no name and thanks.
func (in *Inspector) whole(phrase []byte) bool {
	a := in.w.letters
	if r, _ := decode(phrase); a.of(r).class != alone {
		return true
	}
	return !bytes.ContainsFunc(phrase, func(r rune) bool {
		return a.of(r).class == between && !unicode.IsSpace(r) && r != '·' && r != '・' && r != '_' && r != '-' && !unicode.Is(unicode.Cf, r)
	})
}

// across reports a name in Chinese that two words have side by side, where the second is a pseudonym's given name: 感谢海燕
// thanks 海燕 and is nobody called 谢海燕.
func (in *Inspector) across(value []byte, start, end int) bool {
	a := in.w.letters
	r, n := utf8.DecodeRune(value[start:])
	if a.of(r).class != alone || start == 0 {
		return false
	}
	given := a.begin
	for w, ok := a.next(value[:end], start+n); ok; w, ok = a.next(value[:end], w.end) {
		given = a.join(given, w.plain)
	}
	_, m := utf8.DecodeLastRune(value[:start])
	return in.w.lent[given] && strings.Contains(wordsAcross, " "+string(value[start-m:start+n])+" ")
}

// wordsAcross are words of two characters that end in a family name, as they stand before people.
const wordsAcross = " 感谢 感謝 多谢 多謝 谢谢 謝謝 本周 上周 下周 每周 一周 由于 由於 关于 關於 对于 對於 至于 属于 用于 国王 女王 对方 對方 双方 我方 甲方 乙方 男方 女方 提高 最高 升高 较高 " +
	"资金 奖金 现金 基金 佣金 主任 担任 聘任 新任 现任 前任 信任 责任 任何 如何 为何 中文 英文 论文 本文 全文 行李 一张 主张 扩张 紧张 "

// initial reports one capital letter.
func initial(word []byte) bool { return len(word) == 1 && word[0] >= 'A' && word[0] <= 'Z' }

// enclosed reports a word in quotes or brackets with a blank on either side, as a nickname stands within a name: in a
// list there is a comma.
func enclosed(value []byte, w word) bool {
	open, before := utf8.DecodeLastRune(value[:w.start])
	if open != '"' && open != '(' && open != '“' && open != '„' && open != '«' {
		return false
	}
	shut, behind := utf8.DecodeRune(value[w.end:])
	switch shut {
	case '"', ')', '”', '“', '»':
	default:
		return false
	}
	before, behind = w.start-before, w.end+behind
	return before > 0 && value[before-1] == ' ' && behind < len(value) && value[behind] == ' '
}

func push(list []open, o open) []open {
	if len(list) == maxOpen {
		return list
	}
	return append(list, o)
}

// oneCase is false where a sentence ends within a name and the next one begins
// with a capital that the words before it do not have: so it is with jane. Hill.
func (in *Inspector) oneCase(phrase []byte) bool {
	if !endsSentence(phrase) || in.capitals(phrase) {
		return true
	}
	for w, ok := in.w.letters.next(phrase, 0); ok; w, ok = in.w.letters.next(phrase, w.end) {
		if r, _ := decode(phrase[w.start:]); unicode.IsUpper(r) {
			return false
		}
	}
	return true
}

// capitals reports whether every word of a phrase begins with a capital.
func (in *Inspector) capitals(phrase []byte) bool {
	for w, ok := in.w.letters.next(phrase, 0); ok; w, ok = in.w.letters.next(phrase, w.end) {
		if r, _ := decode(phrase[w.start:]); unicode.IsLower(r) {
			return false
		}
	}
	return true
}

// folded spells a phrase so that its spellings have one hash in the report.
func (in *Inspector) folded(phrase []byte) []byte {
	var out []byte
	for w, ok := in.w.letters.next(phrase, 0); ok; w, ok = in.w.letters.next(phrase, w.end) {
		if len(out) > 0 {
			out = append(out, ' ')
		}
		for text := phrase[w.start:w.end]; len(text) > 0; {
			r, n := decode(text)
			l := in.w.letters.of(r)
			out = append(out, l.plain[:l.n]...)
			text = text[n:]
		}
	}
	return bytes.TrimSpace(out)
}
