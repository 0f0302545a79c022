package document

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/text"
)

// cell is one cell of a table as it stands: s[start:end], with its quotes.
type cell struct {
	start, end int
	quoted     bool
	text       []byte // what it means
}

// csv rewrites a table cell by cell. Names that stand in two cells of a row
// become one person's: in the columns that the header calls so, and in any two
// neighbours that make up the name of somebody known.
func (r *Rewriter) csv(s []byte) ([]byte, error) {
	t := table{s: s, comma: delimiterOf(s), given: -1, family: -1}
	var edits []text.Edit
	for first := true; t.pos < len(s); first = false {
		row, ok := t.row()
		if !ok {
			return nil, ErrMalformed
		}
		if first {
			t.header(row)
		}
		r.about(row)
		edits = r.row(edits, &t, row)
	}
	r.f.About()
	return apply(s, edits), nil
}

// about makes the people of a row the context of its cells: those whose
// addresses stand in it, and those whose names are whole cells.
func (r *Rewriter) about(row []cell) {
	var fields [][]byte
	for _, c := range row {
		if len(c.text) > 0 && len(c.text) < 200 {
			fields = append(fields, c.text)
		}
	}
	r.f.About(fields...)
}

// row appends the edits of one row.
func (r *Rewriter) row(edits []text.Edit, t *table, row []cell) []text.Edit {
	fresh := make([][]byte, len(row))
	done := make([]bool, len(row))
	pair := func(given, family int) bool {
		if max(given, family) >= len(row) || done[given] || done[family] {
			return false
		}
		g, f, ok := r.f.Pair(row[given].text, row[family].text)
		if ok {
			fresh[given], fresh[family], done[given], done[family] = g, f, true, true
		}
		return ok
	}
	if t.given >= 0 && t.family >= 0 {
		pair(t.given, t.family)
	}
	for i := 0; i+1 < len(row); i++ {
		if isNamePart(row[i].text) && isNamePart(row[i+1].text) && !pair(i, i+1) {
			pair(i+1, i)
		}
	}
	for i, c := range row {
		if !done[i] {
			fresh[i] = apply(c.text, r.f.Edits(c.text, bytes.IndexByte(c.text, '<') >= 0))
		}
		if !bytes.Equal(fresh[i], c.text) {
			edits = append(edits, text.Edit{Span: text.Span{Start: c.start, End: c.end}, Text: t.spell(fresh[i], c.quoted)})
		}
	}
	return edits
}

// isNamePart reports a cell that may be a given or a family name: up to four
// words of letters.
func isNamePart(s []byte) bool {
	if s = bytes.TrimSpace(s); len(s) == 0 || len(s) > 60 {
		return false
	}
	words := 1
	for i := 0; i < len(s); {
		ch, n := utf8.DecodeRune(s[i:])
		switch {
		case ch == ' ':
			words++
		case unicode.IsLetter(ch), unicode.IsMark(ch), ch == '-', ch == '\'', ch == '’', ch == '.':
		default:
			return false
		}
		i += n
	}
	return words <= 4
}

// table reads rows.
type table struct {
	s             []byte
	pos           int
	comma         byte
	given, family int // columns, -1 for none
}

// row reads the next row; ok is false where a quote is never closed.
func (t *table) row() (row []cell, ok bool) {
	for {
		c, ok := t.cell()
		if !ok {
			return nil, false
		}
		row = append(row, c)
		if t.pos == len(t.s) {
			return row, true
		}
		switch t.pos++; t.s[t.pos-1] {
		case '\r':
			if t.pos < len(t.s) && t.s[t.pos] == '\n' {
				t.pos++
			}
			return row, true
		case '\n':
			return row, true
		}
	}
}

// cell reads the next cell up to what ends it. A quote inside a cell that does
// not begin with one means itself, as spreadsheets read it.
func (t *table) cell() (c cell, ok bool) {
	c.start = t.pos
	if t.pos < len(t.s) && t.s[t.pos] == '"' {
		for t.pos++; ; {
			i := bytes.IndexByte(t.s[t.pos:], '"')
			if i < 0 {
				return c, false
			}
			c.text = append(c.text, t.s[t.pos:t.pos+i]...)
			t.pos += i + 1
			if t.pos == len(t.s) || t.s[t.pos] != '"' {
				break
			}
			c.text = append(c.text, '"')
			t.pos++
		}
		c.quoted = true
	}
	from := t.pos
	for t.pos < len(t.s) && t.s[t.pos] != t.comma && t.s[t.pos] != '\n' && t.s[t.pos] != '\r' {
		t.pos++
	}
	if c.end = t.pos; c.quoted {
		c.text = append(c.text, t.s[from:t.pos]...)
	} else {
		c.text = t.s[from:t.pos]
	}
	return c, true
}

// spell writes a cell, in quotes where it had them or needs them.
func (t *table) spell(s []byte, quoted bool) []byte {
	if !quoted && bytes.IndexByte(s, t.comma) < 0 && !bytes.ContainsAny(s, "\"\r\n") {
		return s
	}
	out := append([]byte{'"'}, bytes.ReplaceAll(s, []byte{'"'}, []byte(`""`))...)
	return append(out, '"')
}

// header finds the columns of given and family names.
func (t *table) header(row []cell) {
	for i, c := range row {
		name := strings.Map(func(r rune) rune {
			if unicode.IsLetter(r) {
				return unicode.ToLower(r)
			}
			return -1
		}, string(c.text))
		switch name {
		case "first", "firstname", "given", "givenname", "forename", "vorname", "prénom", "prenom", "nombre", "nome", "imię", "imie", "voornaam", "förnamn", "ad":
			t.given = i
		case "last", "lastname", "surname", "family", "familyname", "nachname", "nom", "nomdefamille", "apellido", "apellidos", "cognome", "sobrenome", "nazwisko", "achternaam", "efternamn", "soyad":
			t.family = i
		}
	}
}

// delimiterOf returns what divides the cells of a table: what Excel's first
// line says, or the one that stands most often in the first line outside of
// quotes.
func delimiterOf(s []byte) byte {
	if len(s) > 5 && bytes.EqualFold(s[:4], []byte("sep=")) && (s[5] == '\r' || s[5] == '\n') {
		return s[4]
	}
	var count [utf8.RuneSelf]int
	quoted := false
	for _, c := range s[:min(len(s), 64<<10)] {
		switch {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '\n' && len(s) > 0:
			return most(count)
		case c < utf8.RuneSelf:
			count[c]++
		}
	}
	return most(count)
}

func most(count [utf8.RuneSelf]int) byte {
	best := byte(',')
	for _, c := range []byte(";\t|") {
		if count[c] > count[best] {
			best = c
		}
	}
	return best
}
