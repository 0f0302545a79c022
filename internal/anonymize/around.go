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
// beside an address. The rest is known to say nothing about anybody, or stands
// beside an address or a number and is taken for names; a value that has
// neither does not fit its rule.

// aroundEmails rewrites a value that is no address and may hold some.
func (a *Anonymizer) aroundEmails(dst, v []byte, to text.Resolver) ([]byte, outcome, error) {
	if spelled, ok := person.SpelledEmail(nil, v); ok { // john at acme dot com
		return to.Email(dst, spelled), changed, nil
	}
	return a.around(dst, v, to, text.BesideAddresses)
}

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
		if a.saysNothing(v, true) {
			return dst, kept, nil
		}
		v = text.Figures(v)
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
	found   bool // an address or a number: the value is of its kind
}

// saysNothing reports a value that says that there is none, and names nobody
// who is known.
func (a *Anonymizer) saysNothing(v []byte, initials bool) bool {
	if !a.plan.beside.SaysNothing(v, initials) {
		return false
	}
	_, known := a.plan.dict.Lookup(bytes.TrimSpace(v))
	return !known
}

// value goes from one address to the next. Who is named between them belongs to
// the one before, in brackets, or to the one behind.
func (w *beside) value(dst, v []byte) (out []byte, err error) {
	pos, before := 0, nobody
	addresses := text.FindEmails(nil, v)
	w.found = len(addresses) > 0 || holdsNumber(v)
	if w.numbers {
		return w.eachNumber(dst, v)
	}
	for _, at := range addresses {
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
	m, known := w.a.plan.dict.Lookup(bytes.TrimSpace(v))
	if !known && !w.a.plan.beside.Titled(v) && w.a.plan.beside.Harmless(v, w.lists|text.BesideNames) {
		return append(dst, v...)
	}
	if known && m.Kind < text.Surname {
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

// plain writes what names nobody who is known. Numbers beside addresses are
// somebody's, too.
func (w *beside) plain(dst, v []byte) (out []byte, err error) {
	pos := 0
	for at := range person.Numbers(v) {
		if dst, err = w.words(dst, v[pos:at.Start]); err != nil {
			return dst, err
		}
		dst = w.to.Phone(dst, v[at.Start:at.End])
		pos = at.End
	}
	return w.words(dst, v[pos:])
}

// words writes what has neither addresses nor numbers of telephones.
func (w *beside) words(dst, v []byte) ([]byte, error) {
	switch {
	case w.harmless(v):
		return append(dst, v...), nil
	case (w.numbers || w.found) && w.a.plan.beside.Harmless(v, w.lists|text.AnyNumber):
		return w.a.otherDigits(dst, v), nil
	case !w.found:
		return dst, errForm
	}
	return w.strange(dst, v), nil
}

// strange writes words that nobody knows: what stands between two signs is a
// name as much as it is anything.
func (w *beside) strange(dst, v []byte) []byte {
	for len(v) > 0 {
		end := bytes.IndexAny(v, "()[]{}<>:;|/\"\n\t")
		if dash := bytes.Index(v, []byte(" - ")); dash >= 0 && (end < 0 || dash < end) {
			end = dash + 1
		}
		if end < 0 {
			return w.piece(dst, v)
		}
		dst = append(w.piece(dst, v[:end]), v[end])
		v = v[end+1:]
	}
	return dst
}

// piece writes what stands between two signs. A comma parts two pieces, unless
// both of them are names.
func (w *beside) piece(dst, v []byte) []byte {
	if w.harmless(v) {
		return append(dst, v...)
	}
	if at := bytes.IndexByte(v, ','); at >= 0 {
		if first, rest := v[:at], v[at+1:]; w.harmless(first) || w.harmless(rest) {
			return w.piece(append(w.piece(dst, first), ','), rest)
		}
	}
	core := bytes.TrimRightFunc(bytes.TrimLeftFunc(v, noWord), noWord)
	at := bytes.Index(v, core)
	dst = append(dst, v[:at]...)
	dst = w.a.nameOf(dst, core, nobody, applyName)
	return append(dst, v[at+len(core):]...)
}

// holdsNumber reports a value with a telephone number.
func holdsNumber(v []byte) bool {
	for range person.Numbers(v) {
		return true
	}
	return false
}

// otherDigits writes a text whose digits are all replaced.
func (a *Anonymizer) otherDigits(dst, v []byte) []byte {
	if out, did, err := applyDigits(a, dst, v, nobody); did == changed && err == nil {
		return out
	}
	return append(dst, v...)
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
