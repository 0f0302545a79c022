package text

import (
	"bytes"
	"slices"
)

// This room reads HTML as far as names need it: inline tags vanish inside a name, block tags set its words apart, entities are
// decoded, the values of attributes and comments are texts of their own. Tags stay where they are.

// separatorByte stands for a block tag in a view: the words of a name may stand on both sides, apart.
const (
	separatorByte = 0x1e
	blockMark     = string(rune(separatorByte))
)

// inHTML appends the replacements for a piece of HTML.
func (w *worker) inHTML(dst []edit, s []byte, l layer) []edit {
	first := len(dst)
	v := w.view()
	side, glued := 0, false // tags side by side that vanish; words that they hold apart
	tags := tagSearch{s: s}
	for pos := 0; pos < len(s); {
		tag, kind := tags.next(pos)
		if text := s[pos:tag.Start]; len(text) > 0 {
			glued = glued || side > 1 && touchesWord(v.text, len(v.text), len(v.text)) && touchesWord(text, 0, 0)
			side = 0
		}
		v.entities(s, Span{pos, tag.Start})
		if kind == noMarkup {
			break
		}
		if tag.End-tag.Start > 1 {
			dst = w.inTag(dst, s, tag, l)
		}
		if side++; kind == blockMarkup || kind == inlineMarkup && betweenLetters(s, tag) {
			v.put(blockMark, tag)
		}
		pos = tag.End
	}
	inTags := len(dst) > first
	found := w.found(v.text, l.inner())
	for _, e := range found {
		dst = v.spread(dst, e, escapeText)
	}
	w.drop(found)
	if inTags {
		slices.SortStableFunc(dst[first:], func(a, b edit) int { return a.Start - b.Start })
	}
	before := len(dst)
	dst = w.numbersOver(dst, &v)
	w.giveBack(v)
	if glued { // <span>Rose</span><span>Hill</span>
		dst = w.inTagged(dst, s, l, true)
	}
	if len(dst) == before {
		return dst
	}
	return append(dst[:first], disjoint(dst[first:])...)
}

// cdata begins a text that is none of the markup around it.
const cdata = "<![CDATA["

// markup is the kind of a tag.
type markup uint8

const (
	noMarkup     markup = iota
	letterMarkup        // it says how letters look and may stand within a word
	inlineMarkup        // it may stand inside a name, as a comment may
	blockMarkup         // the words on its sides stand apart
)

// tagSearch finds one tag after the other.
type tagSearch struct {
	s       []byte
	endless bool // no comment ends any more
}

// next returns the first tag or comment at or after i, an empty range at the end if there is none. The i of one call is
// not before that of the last one.
func (t *tagSearch) next(i int) (Span, markup) {
	s := t.s
	for i < len(s) {
		k := bytes.IndexByte(s[i:], '<')
		text := s[i:]
		if k >= 0 {
			text = text[:k]
		}
		if mark := bytes.IndexByte(text, separatorByte); mark >= 0 { // s is a view
			return Span{i + mark, i + mark + 1}, blockMarkup
		}
		if k < 0 || i+k+1 >= len(s) {
			break
		}
		start := i + k
		if declared := s[start+1] == '!'; declared && bytes.HasPrefix(s[start:], []byte(cdata)) {
			return Span{start, start + len(cdata)}, blockMarkup
		} else if declared && bytes.HasPrefix(s[start:], []byte("<!--")) {
			if end := t.commentEnd(start + 4); end > 0 {
				return Span{start, end}, inlineMarkup
			}
		} else if end := tagEnd(s, start); end > 0 {
			kind := element(s[start:end])
			if kind == noMarkup && (declared || s[start+1] == '?') {
				kind = blockMarkup
			}
			if kind != noMarkup {
				return Span{start, end}, kind
			}
		}
		i = start + 1
	}
	return Span{len(s), len(s)}, noMarkup
}

// commentEnd returns where the comment ends whose text begins at i, 0 if it does not: it is looked for once.
func (t *tagSearch) commentEnd(i int) int {
	if t.endless {
		return 0
	}
	end := bytes.Index(t.s[i:], []byte("-->"))
	if t.endless = end < 0; t.endless {
		return 0
	}
	return i + end + 3
}

// tagEnd returns the offset behind the > of the tag at start, or 0. Quotes hide it.
func tagEnd(s []byte, start int) int {
	quote := byte(0)
	for i := start + 1; i < len(s); i++ {
		switch c := s[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '>':
			return i + 1
		case c == '<':
			return 0
		case (c == '"' || c == '\'') && s[i-1] == '=':
			quote = c
		}
	}
	return 0
}

// longestElement is the length of the longest name of an element.
const longestElement = 10

// element returns the kind of a tag by its name, noMarkup for comments and declarations and for what is no element of
// HTML: <rose@acme.com> and <Rose Hill> are text.
func element(tag []byte) markup {
	i := 1
	if i < len(tag) && tag[i] == '/' {
		i++
	}
	var name [longestElement]byte
	n := 0
	for ; i < len(tag) && lower[tag[i]] > beyondASCII; i++ {
		if n == len(name) {
			return noMarkup
		}
		name[n] = lower[tag[i]]
		n++
	}
	if i == len(tag) || tag[i] != '>' && tag[i] != '/' && !isBlank(rune(tag[i])) {
		return noMarkup
	}
	switch string(name[:n]) {
	case "a", "b", "big", "code", "em", "font", "i", "mark", "s", "small", "span", "strong", "sub", "sup", "u", "wbr":
		return letterMarkup
	case "abbr", "acronym", "bdi", "bdo", "cite", "data", "del", "dfn", "ins", "kbd", "label", "q", "samp", "strike", "time", "tt", "var", "nobr":
		return inlineMarkup
	case "address", "area", "article", "aside", "audio", "base", "blockquote", "body", "br", "button", "canvas", "caption",
		"center", "col", "colgroup", "datalist", "dd", "details", "dialog", "dir", "div", "dl", "dt", "embed", "fieldset",
		"figcaption", "figure", "footer", "form", "frame", "frameset", "h1", "h2", "h3", "h4", "h5", "h6", "head", "header",
		"hgroup", "hr", "html", "iframe", "img", "input", "legend", "li", "link", "main", "map", "math", "menu", "meta",
		"meter", "nav", "noscript", "object", "ol", "optgroup", "option", "output", "p", "param", "picture", "pre",
		"progress", "rp", "rt", "ruby", "script", "section", "select", "source", "style", "summary", "svg", "table",
		"tbody", "td", "template", "textarea", "tfoot", "th", "thead", "title", "tr", "track", "ul", "video":
		return blockMarkup
	}
	return noMarkup
}

// inTag appends the replacements in the attributes of a tag, or in a comment, a declaration or an instruction.
func (w *worker) inTag(dst []edit, s []byte, tag Span, l layer) []edit {
	comment := s[tag.Start+1] == '!' || s[tag.Start+1] == '?'
	if !comment && bytes.IndexByte(s[tag.Start:tag.End], '=') < 0 && bytes.IndexByte(s[tag.Start:tag.End], '@') < 0 {
		return dst
	}
	text, v := s[tag.Start:tag.End], view{}
	coded := bytes.IndexByte(text, '&') >= 0
	if coded {
		v = w.view()
		v.entities(s, tag)
		text = v.text
	}
	found := w.found(text, l.inner())
	for _, e := range found {
		if coded {
			e.Span = v.origin(e.Span)
		} else {
			e.Span = Span{e.Start + tag.Start, e.End + tag.Start}
		}
		// The name of a tag or attribute is never a person, whatever it looks like.
		inside, quoted := attribute(s[tag.Start:e.Start])
		if e.Start <= tag.Start || e.End >= tag.End || !comment && e.n.Names > 0 && !inside {
			continue
		}
		if e.text = escapeHTML(nil, e.text); !comment && !quoted {
			e.text = bytes.ReplaceAll(e.text, []byte(" "), []byte("&#32;"))
		}
		dst = append(dst, e)
	}
	w.drop(found)
	if coded {
		w.giveBack(v)
	}
	return dst
}

// attribute reports whether the end of a tag's beginning lies inside the value of an attribute, and of a quoted one.
func attribute(tag []byte) (inside, quoted bool) {
	quote := byte(0)
	for i := 1; i < len(tag); i++ {
		switch c := tag[i]; {
		case quote != 0:
			if c == quote {
				quote, inside = 0, false
			}
		case (c == '"' || c == '\'') && tag[i-1] == '=':
			quote = c
		case c == '=':
			inside = true
		case isBlank(rune(c)):
			inside = false
		}
	}
	return inside || quote != 0, quote != 0
}

// spread appends an edit of the view as edits of the original that leave every tag in its place: word by word where
// tags stand between the words, otherwise all of it before the first tag; escape writes a text between tags.
func (v *view) spread(dst []edit, e edit, escape func(text []byte) []byte) []edit {
	if c := v.chunks[v.find(e.Start)]; c.same && e.End-c.text <= c.rawEnd-c.raw { // no tag within
		e.Span, e.text = Span{c.raw + e.Start - c.text, c.raw + e.End - c.text}, escape(e.text)
		return append(dst, edit{Span: e.Span, text: e.text, n: e.n})
	}
	var parts []Span // stretches of the view whose originals touch
	for i := v.find(e.Start); i < len(v.chunks) && v.chunks[i].text < e.End; i++ {
		c := v.chunks[i]
		if !c.same && v.text[c.text] == separatorByte {
			continue
		}
		start, end := max(c.text, e.Start), e.End
		if i+1 < len(v.chunks) {
			end = min(end, v.chunks[i+1].text)
		}
		if n := len(parts); n > 0 && v.chunks[i-1].rawEnd == c.raw && parts[n-1].End == start {
			parts[n-1].End = end
		} else {
			parts = append(parts, Span{start, end})
		}
	}
	texts := v.deal(e.text, parts)
	first := len(dst)
	for i, p := range parts {
		dst = append(dst, edit{Span: v.origin(p), text: escape(texts[i])})
	}
	dst[first].n = e.n
	return dst
}

// deal distributes the words of a replacement over the parts of its original.
func (v *view) deal(text []byte, parts []Span) [][]byte {
	texts := make([][]byte, len(parts))
	texts[0] = text
	for i := 1; i < len(parts); i++ {
		head, rest, ok := v.divide(texts[i-1], parts[i-1].End, parts[i].Start)
		if !ok {
			clear(texts[1:])
			texts[0] = bytes.ReplaceAll(text, []byte(blockMark), nil)
			return texts
		}
		texts[i-1], texts[i] = head, rest
	}
	return texts
}

// divide cuts a replacement where its original is divided, between end and start: at as many block tags, or at a blank.
func (v *view) divide(text []byte, end, start int) (head, rest []byte, ok bool) {
	if marks := start - end; marks > 0 {
		cut := bytes.IndexByte(text, separatorByte)
		if cut < 0 || !bytes.HasPrefix(text[cut:], bytes.Repeat([]byte(blockMark), marks)) {
			return nil, nil, false
		}
		return text[:cut], text[cut+marks:], true
	}
	before, after := v.text[end-1], v.text[start]
	cut := bytes.IndexByte(text, ' ')
	if cut < 0 || before != ' ' && after != ' ' {
		return nil, nil, false
	}
	if before == ' ' {
		cut++
	}
	return text[:cut], text[cut:], true
}

// escapeText is escapeHTML for text between tags, where quotes mean themselves.
func escapeText(text []byte) []byte {
	if bytes.IndexByte(text, '&') >= 0 || bytes.IndexByte(text, '<') >= 0 || bytes.IndexByte(text, '>') >= 0 {
		text = bytes.ReplaceAll(text, []byte("&"), []byte("&amp;"))
		text = bytes.ReplaceAll(text, []byte("<"), []byte("&lt;"))
		text = bytes.ReplaceAll(text, []byte(">"), []byte("&gt;"))
	}
	return text
}
