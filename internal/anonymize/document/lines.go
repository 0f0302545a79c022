package document

import (
	"bytes"
	"strings"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/media"
)

// This room reads calendars and cards: lines that are folded, each a name,
// parameters and a value (RFC 5545, RFC 6350, and vCard 2.1 with its
// quoted-printable). A line in which nothing is found keeps its bytes, folds
// included; any other is written anew and folded at 75 bytes.

// longestLine is where a line is folded, in bytes without its end.
const longestLine = 75

// line is one unfolded line.
type line struct {
	raw   []byte // as it stands, with its end
	text  []byte // unfolded, without its end
	eol   []byte
	name  string // in upper case, without its group
	colon int    // where the value begins in text, behind the colon
	param []param
}

// param is one parameter: text[start:end] is its value without quotes.
type param struct {
	name       string
	start, end int
}

// lines rewrites a calendar or a card.
func (r *Rewriter) lines(s []byte, kind media.Kind) ([]byte, error) {
	all, ok := unfold(s)
	if !ok {
		return nil, ErrMalformed
	}
	out := make([]byte, 0, len(s)+256)
	for i := range all {
		l := &all[i]
		if kind == media.VCard && l.name == "BEGIN" {
			r.aboutCard(all[i:])
		}
		fresh, err := r.contentLine(l, kind)
		if err != nil {
			return nil, err
		}
		if fresh == nil {
			out = append(out, l.raw...)
			continue
		}
		if l.quoted() {
			out = append(append(out, fresh...), l.eol...)
			continue
		}
		out = fold(out, fresh, l.eol)
	}
	r.f.About()
	if bytes.Equal(out, s) {
		return s, nil
	}
	return out, nil
}

// aboutCard makes the person of a card the context of its lines.
func (r *Rewriter) aboutCard(card []line) {
	var fields [][]byte
	for i := range card {
		l := &card[i]
		value, _, _ := l.decoded()
		switch l.name {
		case "END":
			r.f.About(fields...)
			return
		case "FN", "EMAIL":
			fields = append(fields, bytes.TrimPrefix(value, []byte("mailto:")))
		case "N":
			if parts := split(value, ';'); len(parts) > 1 {
				name := append(append(unescape(parts[1]).text, ' '), unescape(parts[0]).text...)
				fields = append(fields, name)
			}
		}
	}
	r.f.About(fields...)
}

// contentLine returns a line written anew, nil when nothing is found in it.
func (r *Rewriter) contentLine(l *line, kind media.Kind) ([]byte, error) {
	head := apply(l.text[:l.colon], r.paramEdits(l))
	value, codec, ok := l.decoded()
	if !ok {
		return nil, ErrMalformed
	}
	fresh := r.lineValue(l, value, kind)
	if bytes.Equal(fresh, value) && bytes.Equal(head, l.text[:l.colon]) {
		return nil, nil
	}
	if !bytes.Equal(fresh, value) {
		return append(bytes.Clone(head), codec(fresh)...), nil
	}
	return append(bytes.Clone(head), l.text[l.colon:]...), nil
}

// lineValue rewrites a value, decoded but for the backslashes.
func (r *Rewriter) lineValue(l *line, value []byte, kind media.Kind) []byte {
	if l.has("ENCODING", "B") || l.has("ENCODING", "BASE64") || l.has("", "BASE64") {
		return r.inline(value, l)
	}
	if bytes.HasPrefix(bytes.ToLower(value), []byte("data:")) {
		return r.dataURIs(value)
	}
	if kind == media.VCard {
		switch l.name {
		case "N":
			return r.structured(value)
		case "BDAY", "ANNIVERSARY", "DEATHDATE":
			if day := r.f.Day(value); day != nil {
				return day
			}
		case "ADR":
			return blankParts(value)
		case "GEO":
			return []byte("0;0")
		case "LABEL":
			return []byte("removed")
		}
	}
	if l.name == "BEGIN" || l.name == "END" {
		return value
	}
	return r.escaped(value, l.has("FMTTYPE", "TEXT/HTML"))
}

// escaped rewrites a value through its backslashes.
func (r *Rewriter) escaped(value []byte, markup bool) []byte {
	v := unescape(value)
	edits := r.f.Edits(v.text, markup)
	for i := range edits {
		e := &edits[i]
		e.Start, e.End = v.origin(e.Start, e.End)
		e.Text = escape(e.Text)
	}
	return apply(value, edits)
}

// structured rewrites a name in parts: family;given;further;before;behind.
func (r *Rewriter) structured(value []byte) []byte {
	parts := split(value, ';')
	if len(parts) > 1 {
		if g, f, ok := r.f.Pair(unescape(parts[1]).text, unescape(parts[0]).text); ok {
			parts[0], parts[1] = escape(f), escape(g)
			for i := 2; i < len(parts); i++ {
				parts[i] = r.escaped(parts[i], false)
			}
			return bytes.Join(parts, []byte{';'})
		}
	}
	for i := range parts {
		parts[i] = r.escaped(parts[i], false)
	}
	return bytes.Join(parts, []byte{';'})
}

// blankParts empties an address, all but its last part, the country.
func blankParts(value []byte) []byte {
	parts := split(value, ';')
	for i := range parts {
		if i < 6 {
			parts[i] = nil
		}
	}
	return bytes.Join(parts, []byte{';'})
}

// inline rewrites a file that stands in a line in base64.
func (r *Rewriter) inline(value []byte, l *line) []byte {
	plain, ok := unbase64(value)
	if !ok {
		r.replaced++
		return nil
	}
	fresh := r.standInOr(plain, l)
	if bytes.Equal(fresh, plain) {
		return value
	}
	return base64Lines(fresh, 0, nil)
}

func (r *Rewriter) standInOr(plain []byte, l *line) []byte {
	if l.name == "KEY" { // a key names its owner where no text shows it
		return r.standIn(media.Unknown, nil)
	}
	return r.part(plain, "")
}

// paramEdits returns the edits of the parameters' values.
func (r *Rewriter) paramEdits(l *line) (out []textEdit) {
	for _, p := range l.param {
		if p.name == "ENCODING" || p.name == "CHARSET" || p.name == "VALUE" || p.name == "TYPE" || p.name == "TZID" {
			continue
		}
		value := l.text[p.start:p.end]
		quoted := p.start > 0 && l.text[p.start-1] == '"'
		edits := r.f.Edits(value, false)
		if len(edits) == 0 {
			continue
		}
		fresh := strings.Map(func(c rune) rune {
			if c == '"' || c < ' ' {
				return '\''
			}
			return c
		}, string(apply(value, edits)))
		if !quoted && strings.ContainsAny(fresh, ":;,") {
			fresh = `"` + fresh + `"`
		}
		out = append(out, edit(p.start, p.end, []byte(fresh)))
	}
	return out
}

// has reports whether a parameter has a value, in any case; the name "" stands
// for a value without a name, as vCard 2.1 has it.
func (l *line) has(name, value string) bool {
	for _, p := range l.param {
		if p.name == name && strings.EqualFold(string(l.text[p.start:p.end]), value) {
			return true
		}
	}
	return false
}

// quoted reports a value in quoted-printable.
func (l *line) quoted() bool {
	return l.has("ENCODING", "QUOTED-PRINTABLE") || l.has("", "QUOTED-PRINTABLE")
}

// decoded returns the value in UTF-8, and what writes it back.
func (l *line) decoded() (value []byte, codec func([]byte) []byte, ok bool) {
	value = l.text[l.colon:]
	if !l.quoted() {
		return value, func(s []byte) []byte { return s }, true
	}
	c := charset{}
	for _, p := range l.param {
		if p.name == "CHARSET" {
			if c.codec, ok = named(string(l.text[p.start:p.end])); !ok {
				return nil, nil, false
			}
		}
	}
	raw := unquote(value).text
	value, ok = c.decode(raw)
	if !ok && c.codec == nil {
		c = charsetOf(media.Text, raw)
		value, ok = c.decode(raw)
	}
	return value, func(s []byte) []byte { return wrapQuoted(quote(c.encode(s), true), l.eol, l.colon) }, ok
}
