package anonymize

import (
	"bytes"
	"unicode"
	"unicode/utf8"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/packed"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/text"
)

// This room is about addresses and numbers that do not stand alone in their
// value: mailto:jane@acme.com, Jane Doe <jane@acme.com>, tel:+49…;ext=5, several
// in one field. What is replaced is what the text engine finds, and the names
// beside an address. The rest must be known to say nothing about anybody, or
// the value does not fit its rule.

// around rewrites a value that is more than one address or number. The words of
// the lists may stand around them. to spells what is found.
func (a *Anonymizer) around(dst, v []byte, to text.Resolver, lists text.Beside) ([]byte, outcome, error) {
	return a.inUTF8(dst, v, func(dst, v []byte) ([]byte, outcome, error) {
		switch {
		case utf8.Valid(v):
		case packed.Find(v) != packed.None: // the engine looks through those
			return a.freeText(dst, v, false)
		default:
			return dst, kept, errBinary
		}
		w := beside{a: a, to: to, lists: lists | text.Nothing, numbers: lists == text.BesideNumbers}
		start := len(dst)
		out, err := w.value(dst, v)
		switch {
		case err != nil:
			return dst, kept, err
		case bytes.Equal(out[start:], v):
			return dst, kept, nil
		}
		return out, changed, nil
	})
}

// beside is one value in hand.
type beside struct {
	a     *Anonymizer
	to    text.Resolver
	lists text.Beside

	numbers bool // every row of digits is a number, or a piece of one
}

// value goes from one address to the next. Who is named between them belongs to
// the one before, in brackets, or to the one behind.
func (w *beside) value(dst, v []byte) (out []byte, err error) {
	pos, before := 0, nobody
	if w.numbers {
		return w.eachNumber(dst, v)
	}
	for _, at := range text.FindEmails(nil, v) {
		owner := w.owner(v[at.Start:at.End])
		if dst, err = w.between(dst, v[pos:at.Start], before, owner, true); err != nil {
			return dst, err
		}
		dst = w.to.Email(dst, v[at.Start:at.End])
		pos, before = at.End, owner
	}
	return w.between(dst, v[pos:], before, nobody, false)
}

// eachNumber goes from one number to the next.
func (w *beside) eachNumber(dst, v []byte) (out []byte, err error) {
	pos := 0
	for at := range person.Numbers(v) {
		if dst, err = w.rest(dst, v[pos:at.Start]); err != nil {
			return dst, err
		}
		dst = w.to.Phone(dst, v[at.Start:at.End])
		pos = at.End
	}
	return w.rest(dst, v[pos:])
}

// owner returns whose address it is.
func (w *beside) owner(address []byte) int32 {
	normal, ok := person.NormalEmail(w.a.small[:0], address)
	if w.a.small = normal; !ok {
		return nobody
	}
	if who, known := w.a.people.ByEmail(normal); known {
		return who
	}
	return nobody
}

// between writes what stands between two addresses.
func (w *beside) between(dst, v []byte, before, behind int32, more bool) (out []byte, err error) {
	if at := bytes.IndexByte(v, '('); at >= 0 && w.harmless(v[:at]) { // jane@acme.com (Jane Doe)
		if end := bytes.IndexByte(v, ')'); end > at {
			dst = append(dst, v[:at+1]...)
			dst = w.name(dst, v[at+1:end], before)
			v = v[end:]
		}
	}
	if open := bytes.LastIndexByte(v, '<'); more && open >= 0 && w.harmless(v[open:]) { // Jane Doe <jane@acme.com>
		lead := len(v) - len(bytes.TrimLeftFunc(v, noWord))
		shown := bytes.TrimRightFunc(v[:open], unicode.IsSpace)
		shown = bytes.TrimRight(shown, `"'`)
		if lead < len(shown) {
			dst = append(dst, v[:lead]...)
			dst = w.name(dst, v[lead:len(shown)], behind)
			v = v[len(shown):]
		}
	}
	return w.rest(dst, v)
}

// noWord reports what stands in front of a name: blanks, quotes, what ends an
// address or parts two.
func noWord(r rune) bool {
	return r != '(' && !unicode.In(r, unicode.L, unicode.M, unicode.N)
}

func (w *beside) harmless(v []byte) bool { return w.a.plan.beside.Harmless(v, w.lists) }

// name writes who is named beside the address of somebody: a person of that
// name, or else the one whose address it is.
func (w *beside) name(dst, v []byte, whose int32) []byte {
	if w.a.plan.beside.Harmless(v, w.lists|text.BesideNames) {
		return append(dst, v...)
	}
	if m, ok := w.a.plan.dict.Lookup(bytes.TrimSpace(v)); ok && m.Kind < text.Surname {
		whose = nobody // it is hers
	}
	out, _, err := applyPersonName(w.a, dst, v, whose)
	if err != nil { // never: every text can be read as a name
		return dst
	}
	return out
}

// rest writes a part that has no names of nobody: what the engine finds is
// replaced, and all else must be harmless.
func (w *beside) rest(dst, v []byte) (out []byte, err error) {
	pos := 0
	for _, edit := range w.a.plan.engine.Edits(v, w.to, text.Options{Context: w.a.named, Scratch: &w.a.texts}) {
		if dst, err = w.plain(dst, v[pos:edit.Start]); err != nil {
			return dst, err
		}
		dst = append(dst, edit.Text...)
		pos = edit.End
	}
	return w.plain(dst, v[pos:])
}

// plain writes what names nobody who is known.
func (w *beside) plain(dst, v []byte) ([]byte, error) {
	if w.harmless(v) {
		return append(dst, v...), nil
	}
	if w.numbers && w.a.plan.beside.Harmless(v, w.lists|text.AnyNumber) {
		out, _, err := applyDigits(w.a, dst, v, nobody)
		return out, err
	}
	return dst, errForm
}

// aroundNumbers rewrites what is no one number of the expected kind: each that
// it holds becomes what it becomes alone, a shorter one or a piece keeps its
// form, and so do labels and extensions.
func (a *Anonymizer) aroundNumbers(dst, v []byte) ([]byte, outcome, error) {
	if countDigits(v) == len(bytes.TrimSpace(v)) {
		return applyDigits(a, dst, v, nobody)
	}
	out, did, err := a.around(dst, v, a, text.BesideNumbers)
	if did == kept && err == nil { // x 12
		return applyDigits(a, dst, v, nobody)
	}
	return out, did, err
}
