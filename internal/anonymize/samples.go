package anonymize

import (
	"slices"
	"unicode/utf8"
)

// Sample is one value that a rule writes, in text form, beside the value that
// was put in; nil is NULL. What is put in is made up: no value of the source is
// in it.
type Sample struct {
	In, Out *string
	Sure    bool // Out is written for somebody, whatever was there
}

// Trial is what one column's rule writes.
type Trial struct {
	Verb    string
	Samples []Sample
	Fixed   bool // what is put in hardly matters: a constant, an invented name
}

// Samples tries the rules of one table on values that are made up, and on the
// pseudonyms of the people, and returns what they write by column. Columns that are kept or shuffled, or whose
// values are no single text (JSON, arrays, bytes), have no samples; nor do
// tables that are not copied.
func (p *Plan) Samples(store, table string, fields []Field) (map[string]Trial, error) {
	row, err := p.Row(store, table, fields)
	if err != nil || row.Empty {
		return nil, err
	}
	out := make(map[string]Trial)
	a := p.New()
	for _, s := range row.steps {
		if s.rule == nil || s.rule.verb == "keep" || s.rule.verb == "shuffle" || s.rule.json != nil || s.rule.elem != nil || s.rule.form.made() || s.rule.form == FormBytes {
			continue
		}
		a.Begin(row)
		trial := Trial{Verb: s.rule.verb, Fixed: verbs()[s.rule.verb].fixed || s.rule.constant}
		for _, in := range madeUp(s.rule.form) {
			trial.Samples = append(trial.Samples, a.try(s.rule, in)...)
		}
		if s.rule.verb == "null" && s.rule.apply == nil {
			trial.Fixed, trial.Samples = true, append(trial.Samples, Sample{})
		}
		trial.Samples = append(trial.Samples, p.drawn(s.rule)...)
		out[s.rule.at.path] = trial
	}
	return out, nil
}

// try applies a rule to one value in text form. What it cannot read has no
// sample.
func (a *Anonymizer) try(r *rule, in string) []Sample {
	a.arena = a.arena[:0]
	out, did, err := a.scalar(r, a.arena, []byte(in), 8)
	switch {
	case err != nil:
		return nil
	case did == nulled:
		return []Sample{{In: &in}}
	case did == kept:
		return []Sample{{In: &in, Out: &in}}
	}
	if out, err = fitted(r, out, 0); err != nil {
		return nil
	}
	text := string(out)
	return []Sample{{In: &in, Out: &text}}
}

// mostDrawn bounds how many pseudonyms are tried.
const mostDrawn = 500

// drawn returns the pseudonyms that a rule about people writes: the values
// themselves, not examples of them.
func (p *Plan) drawn(r *rule) []Sample {
	of := map[string]func(n int32) string{
		"person.first": func(n int32) string { return p.in.People.At(n).Given },
		"person.last":  func(n int32) string { return p.in.People.At(n).Family },
		"person.name":  func(n int32) string { return p.in.People.At(n).Full() },
		"person.email": func(n int32) string { return p.in.People.At(n).Email },
	}[r.verb]
	if of == nil {
		return nil
	}
	var out []Sample
	seen := make(map[string]bool)
	for n := range int32(min(p.in.People.Len(), mostDrawn)) {
		if v := of(n); !seen[v] && (r.max == 0 || utf8.RuneCountInString(v) <= r.max) {
			seen[v] = true
			out = append(out, Sample{Out: &v, Sure: true})
		}
	}
	return out
}

// madeUp lists values of a form that belong to nobody, of the shapes that
// checks ask about.
func madeUp(form Form) []string {
	switch form {
	case FormInt:
		return []string{"0", "1", "7", "42", "100", "2024", "12345", "987654321"}
	case FormNumeric, FormFloat:
		return []string{"0", "1", "0.5", "19.99", "100", "2500.00", "123456.78"}
	case FormBool:
		return []string{"true", "false"}
	case FormUUID:
		return []string{"0e984725-c51c-4bf4-9960-e1c80e27aba0", "6f1c7a52-93d1-4d0e-8d55-9a2f0c3b7e11"}
	case FormInet:
		return []string{"10.1.2.3", "10.1.0.0/16", "192.168.1.20", "8.8.8.8", "2a00:1450:4001::1", "fe80::1", "127.0.0.1"}
	case FormDate:
		return []string{"1985-06-15", "2001-02-28", "2024-01-01", "2024-12-31"}
	case FormTimestamp:
		return []string{"1985-06-15T12:00:00Z", "2024-01-01T00:00:00Z", "2024-12-31T23:59:59Z"}
	case FormTime, FormTimeTZ:
		return []string{"00:00", "12:30"}
	case FormInterval:
		return []string{"1 day"}
	case FormRange:
		return []string{"empty"}
	case FormMultirange:
		return []string{"{}"}
	case FormText, FormEnum:
		return slices.Concat([]string{"x", "word", "Two Words", "a somewhat longer text, with a comma."},
			[]string{"Ann", "Al", "Annabelle", "Xaver Quell", "XAVER QUELL", "xaver quell", "Quell, Xaver", "Maximiliane Featherstonehaugh", "O'Quell", "Quell-Bär", "Zoë Quéll"},
			[]string{"xq@nobody.test", "xaver.quell@nobody.test", "Xaver.Quell@Nobody.Test", "xaver+tag@mail.nobody.test"},
			[]string{"+41440000000", "+41 44 000 00 00", "044 000 00 00", "(044) 000-0000", "0440000000", "00414400000000", "+1 202-555-0143"},
			[]string{"1", "42", "12345", "01234", "AB-123", "AB123456", "123-45-6789", "DE89370400440532013000", "0e984725-c51c-4bf4-9960-e1c80e27aba0", "https://nobody.test/x", "active", "10.1.2.3", "2a00:1450:4001::1"})
	}
	return nil
}
