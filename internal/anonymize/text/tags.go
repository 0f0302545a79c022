package text

import (
	"bytes"
	"unicode/utf8"
)

// This room reads over the tags of texts that nobody has declared to be HTML, whosever tags they are, and over what
// looks like one, as <jane@acme.com> does: names with a tag between two words are found as the proof finds them. All
// others stand in the text as it is, less those that a title on the other side of one makes a name.

// hasTag reports whether a text has what the proof leaves out as a tag.
func hasTag(s []byte) bool {
	if bytes.IndexByte(s, '<') < 0 {
		return false
	}
	last := bytes.LastIndexByte(s, '>')
	return has(s[:last+1], '<', func(i int) bool { return beginsTag(s, i) })
}

// beginsTag reports whether the < at i begins one, if a > comes behind it.
func beginsTag(s []byte, i int) bool {
	return i+1 < len(s) && (s[i+1] == '/' || s[i+1] == '!' || s[i+1]|0x20-'a' < 26)
}

// nextLoose returns the first such tag at or after i, or what stands for one in a view; an empty range at the end. The
// last > of s is at last.
func nextLoose(s []byte, i, last int) Span {
	for ; i < len(s); i++ {
		if s[i] == separatorByte {
			return Span{i, i + 1}
		}
		if s[i] == '<' && i < last && beginsTag(s, i) {
			return Span{i, i + bytes.IndexByte(s[i:], '>') + 1}
		}
	}
	return Span{len(s), len(s)}
}

// mayGoOver reports whether a name or a number may go over one of the tags: on both sides of it stands what can be part of
// one. Of most tags that is not so, and the text need not be read again.
func (w *worker) mayGoOver(s []byte) bool {
	last, sure := bytes.LastIndexByte(s, '>'), hasEntity(s)
	for pos := 0; pos < len(s); {
		tag := nextLoose(s, pos, last)
		behind := nextLoose(s, tag.End, last)
		for behind.Start < behind.End && !hasWordByte(s[tag.End:behind.Start]) { // several tags side by side
			tag.End = behind.End
			behind = nextLoose(s, tag.End, last)
		}
		if tag.Start < tag.End && (sure || betweenLetters(s, tag) || w.namesOver(s[pos:tag.Start], s[tag.End:behind.Start])) {
			return true
		}
		pos = tag.End
	}
	return false
}

// namesOver reports whether what stands on the sides of a tag may be parts of one name, or a name and a title.
func (w *worker) namesOver(before, behind []byte) bool {
	if w.partOfName(before, true) {
		rest := trimBlanksLeft(behind)
		return w.partOfName(behind, false) || followed(rest, titlesBehind) || followed(rest, koreanTitles) || followed(rest, koreanShort)
	}
	return endsInTitle(trimBlanksRight(before)) && w.partOfName(behind, false)
}

// besideTag reports whether a tag stands directly before a range of s or behind it, where a title may be on its other side.
func besideTag(s []byte, at Span) bool {
	before, behind := trimBlanksRight(s[:at.Start]), trimBlanksLeft(s[at.End:])
	return bytes.HasSuffix(before, []byte(">")) || len(behind) > 0 && behind[0] == '<' && beginsTag(behind, 0)
}

func hasWordByte(s []byte) bool {
	start, end := nextWord(s, 0)
	return start < end
}

// partOfName reports whether a text ends, or begins, with a word that somebody bears, with an initial, with a nickname's
// quotes or with a digit.
func (w *worker) partOfName(s []byte, ends bool) bool {
	from, to := 0, len(s)
	if ends {
		for to > 0 && !wordish(s[to-1]) {
			to--
		}
		for from = to; from > 0 && wordish(s[from-1]); from-- {
		}
	} else {
		for from < to && !wordish(s[from]) {
			from++
		}
		for to = from; to < len(s) && wordish(s[to]); to++ {
		}
	}
	around, token := s[to:], s[from:to]
	if !ends {
		around = s[:from]
	}
	if len(token) == 0 || bytes.ContainsAny(around, asideOpens+asideShuts) || isInitial(token) || token[0]-'0' < 10 || token[len(token)-1]-'0' < 10 {
		return len(token) > 0
	}
	names, t := &w.search.names, word{}
	names.begin(w.e.names, token)
	for names.cut(&t) {
		if t.known() {
			return true
		}
	}
	return false
}

// inTagged appends the replacements for the names and numbers that go over a tag, and those beside one if no other
// reading has found them. An address ends at a tag: in jane@acme.com</a>please nothing tells where.
func (w *worker) inTagged(dst []edit, s []byte, l layer, beside bool) []edit {
	v, last := w.view(), bytes.LastIndexByte(s, '>')
	for pos := 0; pos < len(s); {
		tag := nextLoose(s, pos, last)
		v.entities(s, Span{pos, tag.Start})
		if tag.Start < tag.End && (element(s[tag.Start:tag.End]) != letterMarkup || !betweenLetters(s, tag)) {
			v.put(blockMark, tag)
		}
		pos = tag.End
	}
	in := l.inner()
	if !beside {
		in.depth = deepestLayer // what is encoded does not go over tags
	}
	found := w.found(v.text, in)
	for _, e := range found {
		if at := v.origin(e.Span); e.n.Emails == 0 && (beside || hasTag(s[at.Start:at.End]) || besideTag(s, at)) {
			dst = v.spread(dst, e, escapeText)
		}
	}
	w.drop(found)
	dst = w.numbersOver(dst, &v)
	w.giveBack(v)
	return dst
}

// numbersOver appends the replacements for the phone numbers in a view if one may go over a mark, which is as good as a
// blank. Others are among them: one that begins before it may take its digits.
func (w *worker) numbersOver(dst []edit, v *view) []edit {
	if !has(v.text, separatorByte, func(i int) bool { return digitBeside(v.text, i, -1) && digitBeside(v.text, i, 1) }) {
		return dst
	}
	text := bytes.ReplaceAll(v.text, []byte(blockMark), []byte(" "))
	var f phoneSearch
	for f.begin(text, w.r); f.next(); {
		from := v.text[f.at.Start:f.at.End]
		e, start := edit{Span: f.at}, len(w.texts)
		w.texts = w.replace(w.texts, text, piece{Span: f.at, topic: aPhone}, &e.n)
		e.text = w.texts[start:len(w.texts):len(w.texts)]
		for i, c := range from {
			if c == separatorByte && len(e.text) == len(from) {
				e.text[i] = c
			}
		}
		dst = v.spread(dst, e, escapeText)
	}
	return dst
}

// digitBeside reports whether the next letter or digit on one side of a mark is a digit.
func digitBeside(s []byte, i, step int) bool {
	for i += step; i >= 0 && i < len(s); i += step {
		if wordish(s[i]) {
			return s[i]-'0' < 10
		}
	}
	return false
}

// betweenLetters reports whether a tag stands between two of them.
func betweenLetters(s []byte, tag Span) bool {
	letter := func(i int) bool {
		return i >= 0 && i < len(s) && (s[i]|0x20-'a' < 26 || s[i] >= utf8.RuneSelf)
	}
	return letter(tag.Start-1) && letter(tag.End)
}
