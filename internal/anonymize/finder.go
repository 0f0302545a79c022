package anonymize

import (
	"bytes"
	"encoding/json"
	"time"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/media"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/text"
)

// finder tells package document what is to be replaced in the body in hand.
type finder struct {
	a   *Anonymizer
	own []int32 // people of the object, by its name
}

// Edits implements document.Finder.
func (f *finder) Edits(s []byte, markup bool) []text.Edit {
	if len(bytes.TrimSpace(s)) == 0 {
		return nil
	}
	a := f.a
	return a.plan.engine.Edits(s, a, text.Options{HTML: markup, Context: a.named, Scratch: &a.texts})
}

// Number implements document.Finder.
func (f *finder) Number(v []byte) []byte {
	out, did, err := applyKnownNumber(f.a, nil, v, nobody)
	if err != nil || did != changed {
		return nil
	}
	if !json.Valid(out) {
		return text.AppendString(nil, out)
	}
	return out
}

// Pair implements document.Finder. Of several people with one name somebody of
// the context is meant, as in texts.
func (f *finder) Pair(given, family []byte) (newGiven, newFamily []byte, ok bool) {
	a := f.a
	phrase := append(append(append(a.path[:0], given...), ' '), family...)
	a.path = phrase
	m, known := a.plan.dict.Lookup(phrase)
	if !known || m.Kind != text.Full {
		return nil, nil, false
	}
	who := m.ID
	for _, n := range a.plan.dict.Owners(m) {
		if among(a.named, n) {
			who = n
			break
		}
	}
	p := a.people.At(who)
	newGiven = text.Render(nil, text.Match{Kind: text.Given}, given, p.Given, p.Family)
	newFamily = text.Render(nil, text.Match{Kind: text.Surname}, family, p.Given, p.Family)
	return newGiven, newFamily, true
}

func among(people []int32, n int32) bool {
	for _, other := range people {
		if other == n {
			return true
		}
	}
	return false
}

// About implements document.Finder.
func (f *finder) About(fields ...[]byte) {
	a := f.a
	a.named = append(a.named[:0], f.own...)
	for _, field := range fields {
		if n, ok := f.who(field); ok && !among(a.named, n) {
			a.named = append(a.named, n)
		}
	}
}

// who finds the one person whom a field names as a whole.
func (f *finder) who(field []byte) (int32, bool) {
	a := f.a
	if bytes.IndexByte(field, '@') >= 0 {
		normal, ok := person.NormalEmail(a.small[:0], field)
		if a.small = normal; !ok {
			return 0, false
		}
		return a.people.ByEmail(normal)
	}
	m, ok := a.plan.dict.Lookup(bytes.TrimSpace(field))
	return m.ID, ok && !m.Ambiguous && (m.Kind == text.Full || m.Kind == text.Reversed || m.Kind == text.Comma)
}

// about returns the person whom a card is about, or nobody.
func (f *finder) about() int32 {
	if len(f.a.named) == 0 {
		return nobody
	}
	return f.a.named[len(f.a.named)-1]
}

// cardDays is by how many days a birthday in a card is moved at most: as
// {shift: 30d} moves it in a column.
const cardDays = 30

// noDay stands for a day that cannot be read.
const noDay = "1900-01-01"

// Day implements document.Finder.
func (f *finder) Day(day []byte) []byte {
	if countDigits(day) == 0 {
		return nil
	}
	t := bytes.TrimSpace(day)
	by := f.a.shiftOf(shift{days: cardDays}, f.about())
	for _, layout := range []string{dateLayout, "20060102"} {
		if len(t) < len(layout) || len(t) > len(layout) && t[len(layout)] != 'T' {
			continue
		}
		if date, err := time.Parse(layout, string(t[:len(layout)])); err == nil {
			return append(date.AddDate(0, 0, by).AppendFormat(nil, layout), t[len(layout):]...)
		}
	}
	return []byte(noDay)
}

// Portrait implements document.Finder.
func (f *finder) Portrait(picture []byte) []byte {
	head := picture[:min(len(picture), media.HeadBytes)]
	var out bytes.Buffer
	if h, err := media.ReadHeader(head); err == nil && h.Width*h.Height <= mostInline {
		if media.Avatar(&out, h, f.a.portrait(f.about(), picture)) == nil {
			return out.Bytes()
		}
	}
	out.Reset()
	_ = media.Placeholder(&out, media.Sniff(head, ""), placeholderTitle) // into memory: never fails
	return out.Bytes()
}

// mostInline is the largest picture inside a document that is drawn in its own
// size, in pixels: a document may hold thousands.
const mostInline = 1 << 20
