package document

import (
	"bytes"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/unicode/norm"
)

// inPlace rewrites a text part without touching what is not found: through its
// transfer encoding and a charset of single bytes. ok is false where the whole
// part has to be decoded and encoded again.
func (r *Rewriter) inPlace(e *entity) (body []byte, ok bool) {
	var v view
	if e.coding == "quoted-printable" {
		v = unquote(e.body)
	} else {
		v.keep(e.body, 0)
	}
	c, ok := e.charset(v.text)
	if !ok || bytes.Contains(v.text, []byte(";base64,")) || len(c.mark) > 0 {
		return nil, false
	}
	if c.codec != nil {
		single, is := c.codec.(*charmap.Charmap)
		if !is {
			return nil, false
		}
		if v, ok = v.in(single); !ok {
			return nil, false
		}
	}
	edits := r.f.Edits(v.text, c.html)
	if len(edits) == 0 {
		return e.body, true
	}
	for i := range edits {
		ed := &edits[i]
		ed.Start, ed.End = v.origin(ed.Start, ed.End)
		if e.coding == "7bit" || e.coding == "" {
			ed.Text = c.plain7(ed.Text)
		}
		if ed.Text = c.encode(ed.Text); e.coding == "quoted-printable" {
			ed.Text = quote(ed.Text, false)
		}
	}
	body = apply(e.body, edits)
	if e.coding == "quoted-printable" {
		end, next := lineEnd(e.body, 0)
		body = wrapQuoted(body, e.body[end:next], 0)
	}
	return body, true
}

// in returns the view of single bytes as UTF-8; ok is false for a byte without
// a meaning.
func (v *view) in(single *charmap.Charmap) (out view, ok bool) {
	for n, c := range v.chunks {
		end := len(v.text)
		if n+1 < len(v.chunks) {
			end = v.chunks[n+1].text
		}
		raw := v.text[c.text:end]
		for i, b := range raw {
			from, to := c.raw, c.rawEnd
			if c.same {
				from, to = c.raw+i, c.raw+i+1
			}
			ch := single.DecodeByte(b)
			switch {
			case ch == utf8.RuneError:
				return view{}, false
			case c.same && ch < utf8.RuneSelf && ch == rune(b):
				out.keep(raw[i:i+1], from)
			default:
				out.put(utf8.AppendRune(nil, ch), from, to)
			}
		}
	}
	return out, true
}

// plain7 writes a text without any letter beyond ASCII, in a part that says it
// has none.
func (c charset) plain7(s []byte) []byte {
	if isASCII(s) {
		return s
	}
	var out []byte
	for _, ch := range string(s) {
		switch base, _ := utf8.DecodeRuneInString(norm.NFD.String(string(ch))); {
		case ch < utf8.RuneSelf:
			out = append(out, byte(ch))
		case c.html:
			out = appendNumber(out, ch)
		case base < utf8.RuneSelf:
			out = append(out, byte(base))
		default:
			out = append(out, '?')
		}
	}
	return out
}
