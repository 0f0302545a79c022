package document

import (
	"bytes"
	"html"
)

// This room reads XML as bytes. Nothing is expanded or fetched: a document that
// declares entities of its own hides text where no reader of bytes finds it,
// and is refused.

// piece is one text of an XML document: s[start:end].
type piece struct {
	start, end int
	is         pieceKind
	text       []byte // what it means
}

type pieceKind uint8

const (
	aRun     pieceKind = iota // text with inline tags in it
	aValue                    // of an attribute
	verbatim                  // CDATA, a comment, an instruction: entities mean nothing
)

// xml rewrites a document's texts, attributes, CDATA sections, comments and
// instructions.
func (r *Rewriter) xml(s []byte) ([]byte, error) {
	s = r.dataURIs(s)
	x := xmlScanner{s: s}
	if !x.scan() {
		return nil, ErrMalformed
	}
	var edits []textEdit
	for i := 0; i < len(x.pieces); i++ {
		p := &x.pieces[i]
		if i+1 < len(x.pieces) {
			if pair := r.pieces(s, p, &x.pieces[i+1]); pair != nil {
				edits = append(edits, pair...)
				i++
				continue
			}
		}
		edits = append(edits, r.piece(s, p)...)
	}
	return apply(s, edits), nil
}

// pieces returns the edits of two neighbours that make up somebody's name.
func (r *Rewriter) pieces(s []byte, a, b *piece) []textEdit {
	if a.is == verbatim || a.is != b.is || !isNamePart(a.text) || !isNamePart(b.text) {
		return nil
	}
	first, second, ok := r.f.Pair(bytes.TrimSpace(a.text), bytes.TrimSpace(b.text))
	if !ok {
		if second, first, ok = r.f.Pair(bytes.TrimSpace(b.text), bytes.TrimSpace(a.text)); !ok {
			return nil
		}
	}
	return []textEdit{whole(s, a, first), whole(s, b, second)}
}

// whole replaces a piece, all but the blanks at its ends.
func whole(s []byte, p *piece, fresh []byte) textEdit {
	raw := s[p.start:p.end]
	lead := len(raw) - len(bytes.TrimLeft(raw, " \t\r\n"))
	return edit(p.start+lead, p.start+len(bytes.TrimRight(raw, " \t\r\n")), escapeXML(fresh))
}

// piece returns the edits of one piece.
func (r *Rewriter) piece(s []byte, p *piece) []textEdit {
	raw := s[p.start:p.end]
	var edits []textEdit
	switch p.is {
	case aRun, verbatim:
		edits = r.f.Edits(raw, p.is == aRun)
	case aValue:
		v := entities(raw)
		edits = r.f.Edits(v.text, false)
		for i := range edits {
			e := &edits[i]
			e.Start, e.End = v.origin(e.Start, e.End)
			e.Text = escapeXML(e.Text)
		}
	}
	for i := range edits {
		edits[i].Start += p.start
		edits[i].End += p.start
		if p.is == verbatim { // must not end what it stands in
			edits[i].Text = bytes.ReplaceAll(bytes.ReplaceAll(edits[i].Text, []byte(">"), nil), []byte("--"), []byte("-"))
		}
	}
	return edits
}

// xmlScanner cuts a document into pieces.
type xmlScanner struct {
	s      []byte
	pos    int
	run    int // where the text in hand begins
	depth  int
	pieces []piece
}

// scan reads the whole document; false where it breaks off or declares
// entities.
func (x *xmlScanner) scan() bool {
	for {
		i := bytes.IndexByte(x.s[x.pos:], '<')
		if i < 0 {
			x.pos = len(x.s)
			x.endRun(x.pos)
			return x.depth == 0
		}
		if x.pos += i; !x.markup() {
			return false
		}
	}
}

// markup reads what begins with < at pos.
func (x *xmlScanner) markup() bool {
	rest := x.s[x.pos:]
	switch {
	case bytes.HasPrefix(rest, []byte("<!--")):
		return x.until("<!--", "-->")
	case bytes.HasPrefix(rest, []byte("<![CDATA[")):
		return x.until("<![CDATA[", "]]>")
	case bytes.HasPrefix(rest, []byte("<?")):
		return x.until("<?", "?>")
	case bytes.HasPrefix(rest, []byte("<!")):
		end := bytes.IndexByte(rest, '>')
		if end < 0 || bytes.IndexByte(rest[:end], '[') >= 0 {
			return false
		}
		x.endRun(x.pos)
		x.pos += end + 1
		x.run = x.pos
		return true
	}
	return x.tag()
}

// until takes over what stands up to a closing sign as text of its own.
func (x *xmlScanner) until(open, shut string) bool {
	x.endRun(x.pos)
	start := x.pos + len(open)
	end := bytes.Index(x.s[min(start, len(x.s)):], []byte(shut))
	if end < 0 {
		return false
	}
	x.add(start, start+end, verbatim)
	x.pos = start + end + len(shut)
	x.run = x.pos
	return true
}

// tag reads a tag. An inline one stays in the text around it.
func (x *xmlScanner) tag() bool {
	start, i := x.pos, x.pos+1
	var values []piece
	for ; i < len(x.s) && x.s[i] != '>'; i++ {
		switch c := x.s[i]; c {
		case '<':
			return false
		case '"', '\'':
			end := bytes.IndexByte(x.s[i+1:], c)
			if end < 0 {
				return false
			}
			values = append(values, piece{start: i + 1, end: i + 1 + end})
			i += end + 1
		}
	}
	if i >= len(x.s) {
		return false
	}
	switch {
	case x.s[start+1] == '/':
		if x.depth--; x.depth < 0 {
			return false
		}
	case x.s[i-1] != '/':
		x.depth++
	}
	x.pos = i + 1
	if inline(x.s[start:x.pos]) {
		return true
	}
	x.endRun(start)
	x.run = x.pos
	for _, p := range values {
		x.add(p.start, p.end, aValue)
	}
	return true
}

// endRun takes over the text in hand.
func (x *xmlScanner) endRun(end int) {
	x.add(x.run, end, aRun)
	x.run = end
}

func (x *xmlScanner) add(start, end int, is pieceKind) {
	raw := x.s[start:end]
	if len(bytes.TrimSpace(raw)) == 0 {
		return
	}
	p := piece{start: start, end: end, is: is, text: raw}
	if is != verbatim {
		p.text = entities(raw).text
	}
	x.pieces = append(x.pieces, p)
}

// inline reports a tag that says how letters look, as HTML and SVG have it.
func inline(tag []byte) bool {
	name := bytes.TrimPrefix(tag[1:len(tag)-1], []byte("/"))
	if end := bytes.IndexAny(name, " \t\r\n/"); end >= 0 {
		name = name[:end]
	}
	switch string(bytes.ToLower(name)) {
	case "a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "em", "font", "i", "mark", "q", "s", "small", "span", "strike",
		"strong", "sub", "sup", "tspan", "tt", "u", "var":
		return true
	}
	return false
}

// longestEntity bounds the search for the end of an entity.
const longestEntity = 34

// entities undoes &amp; and its kin.
func entities(s []byte) view {
	var v view
	pos := 0
	for i := 0; i < len(s); i++ {
		if s[i] != '&' {
			continue
		}
		semi := bytes.IndexByte(s[i:min(len(s), i+longestEntity)], ';')
		if semi < 2 {
			continue
		}
		raw := string(s[i : i+semi+1])
		if meant := html.UnescapeString(raw); meant != raw {
			v.keep(s[pos:i], pos)
			v.put([]byte(meant), i, i+semi+1)
			pos = i + semi + 1
			i = pos - 1
		}
	}
	v.keep(s[pos:], pos)
	return v
}

func escapeXML(s []byte) []byte { return []byte(html.EscapeString(string(s))) }
