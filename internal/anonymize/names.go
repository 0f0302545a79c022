package anonymize

import (
	"bytes"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/text"
)

// longestDrawnName bounds a name drawn for nobody in the index, in characters.
const longestDrawnName = 32

// applyPersonName writes the full name of the row's person, in the order and
// case of the original.
func applyPersonName(a *Anonymizer, dst, v []byte, who int32) ([]byte, outcome, error) {
	if who == nobody {
		return applyName(a, dst, v, who)
	}
	p := a.people.At(who)
	return a.spell(dst, v, p.Given, p.Family), changed, nil
}

// spell writes given and family name in the layout of a full name: with the
// family name first where a comma says so, in the same case, with the same
// blanks at the ends.
func (a *Anonymizer) spell(dst, original []byte, given, family string) []byte {
	lead, tail := blanks(original)
	dst = append(dst, lead...)
	full := given + " " + family
	if bytes.IndexByte(original, ',') >= 0 {
		full = family + ", " + given
	}
	dst = append(dst, text.CasePattern(bytes.TrimSpace(original), []byte(full))...)
	return append(dst, tail...)
}

// applyName replaces a name that is not tied to a row: a known person keeps
// her pseudonym, anyone else gets one that hangs on the name itself.
func applyName(a *Anonymizer, dst, v []byte, _ int32) ([]byte, outcome, error) {
	trimmed := bytes.TrimSpace(v)
	if m, ok := a.plan.dict.Lookup(trimmed); ok && m.Kind != text.Given && m.Kind != text.Surname {
		lead, tail := blanks(v)
		dst = append(dst, lead...)
		dst = a.Name(dst, m, trimmed)
		return append(dst, tail...), changed, nil
	}
	given, family := a.drawName(trimmed)
	if bytes.IndexByte(trimmed, ' ') < 0 {
		return a.spellPart(dst, v, family), changed, nil
	}
	return a.spell(dst, v, given, family), changed, nil
}

// drawName makes a name for somebody who is not in the index.
func (a *Anonymizer) drawName(original []byte) (given, family string) {
	a.small = text.Fold(a.small[:0], original)
	names := a.plan.in.Names
	return names.Given("", a.unknown.Draw([]byte("given"), a.small)), names.Family("", a.unknown.Draw([]byte("family"), a.small))
}

func (a *Anonymizer) spellPart(dst, original []byte, part string) []byte {
	lead, tail := blanks(original)
	dst = append(dst, lead...)
	dst = append(dst, text.CasePattern(bytes.TrimSpace(original), []byte(part))...)
	return append(dst, tail...)
}

func applyPersonFirst(a *Anonymizer, dst, v []byte, who int32) ([]byte, outcome, error) {
	given, _ := a.partsOf(who, v)
	return a.spellPart(dst, v, given), changed, nil
}

func applyPersonLast(a *Anonymizer, dst, v []byte, who int32) ([]byte, outcome, error) {
	_, family := a.partsOf(who, v)
	return a.spellPart(dst, v, family), changed, nil
}

func applyPersonInitials(a *Anonymizer, dst, v []byte, who int32) ([]byte, outcome, error) {
	given, family := a.partsOf(who, v)
	initials := initialsOf(given, family)
	return append(dst, text.CasePattern(v, []byte(initials))...), changed, nil
}

// partsOf returns the names of the row's person, or of a made-up one.
func (a *Anonymizer) partsOf(who int32, original []byte) (given, family string) {
	if who != nobody {
		p := a.people.At(who)
		return p.Given, p.Family
	}
	return a.drawName(bytes.TrimSpace(original))
}

func initialsOf(names ...string) string {
	out := ""
	for _, name := range names {
		for _, r := range name {
			out += string(r)
			break
		}
	}
	return out
}

// Name implements text.Resolver: it appends what stands for the mention of a
// known person.
func (a *Anonymizer) Name(dst []byte, m text.Match, original []byte) []byte {
	p := a.people.At(m.ID)
	return text.Render(dst, m, original, p.Given, p.Family)
}

// Email implements text.Resolver.
func (a *Anonymizer) Email(dst, original []byte) []byte {
	normal := bytes.ToLower(bytes.TrimSpace(original))
	if bytes.IndexByte(normal, '@') < 1 {
		return append(dst, original...)
	}
	return a.appendEmail(dst, normal, original)
}

// Phone implements text.Resolver.
func (a *Anonymizer) Phone(dst, original []byte) []byte {
	out, did, err := applyPhone(a, dst, original, nobody)
	if err != nil || did == kept {
		return append(dst, original...)
	}
	return out
}
