package anonymize

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/ruleset"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/text"
)

// removedPrefix begins what a secret is replaced by: it opens nothing, calls
// nothing, and stays unique under a unique key.
const removedPrefix = "removed-by-tenantcopy-"

// maker compiles one verb with its argument.
type maker func(c *compiler, r *ruleset.Rule) (apply, error)

// verbs is what each verb of the ruleset's table does to one scalar. keep,
// drop, null, json, hash and list are the rule's own shape; avatar and
// placeholder are about bodies.
func verbs() map[string]maker {
	return map[string]maker{
		"set":             makeSet,
		"text":            makeText,
		"scan":            plain(applyScan),
		"email":           plain(applyEmail),
		"phone":           plain(applyPhone),
		"name":            plain(applyName),
		"person.name":     plain(applyPersonName),
		"person.first":    plain(applyPersonFirst),
		"person.last":     plain(applyPersonLast),
		"person.email":    plain(applyEmail),
		"person.phone":    plain(applyPersonPhone),
		"person.initials": plain(applyPersonInitials),
		"avatar":          plain(applyAvatar),
		"placeholder":     plain(applyPlaceholder),
		"company":         plain(applyCompany),
		"job":             plain(applyJob),
		"address":         plain(applyAddress),
		"digits":          plain(applyDigits),
		"uuid":            plain(applyUUID),
		"iban":            plain(applyIBAN),
		"secret":          plain(applySecret),
		"shift":           makeShift,
		"noise":           makeNoise,
		"bucket":          makeBucket,
	}
}

// plain is for verbs without an argument. Blank values pass them unchanged:
// "" and "  " name nobody, and applications tell them from NULL.
func plain(fn apply) maker {
	return func(*compiler, *ruleset.Rule) (apply, error) {
		return func(a *Anonymizer, dst, v []byte, who int32) ([]byte, outcome, error) {
			if len(bytes.TrimSpace(v)) == 0 {
				return dst, kept, nil
			}
			return fn(a, dst, v, who)
		}, nil
	}
}

// constant returns the value of a set rule.
func (c *compiler) constant(r *ruleset.Rule) string {
	if name, ok := r.Variable(); ok {
		return c.in.Vars[name]
	}
	return r.Arg
}

func makeSet(c *compiler, r *ruleset.Rule) (apply, error) {
	if name, ok := r.Variable(); ok {
		if _, given := c.in.Vars[name]; !given {
			return nil, fmt.Errorf("set needs the environment variable %s", name)
		}
	}
	constant := c.constant(r)
	return func(_ *Anonymizer, dst, _ []byte, _ int32) ([]byte, outcome, error) {
		return append(dst, constant...), changed, nil
	}, nil
}

func makeText(_ *compiler, r *ruleset.Rule) (apply, error) {
	html := r.Arg == "html"
	return func(a *Anonymizer, dst, v []byte, who int32) ([]byte, outcome, error) {
		return a.freeText(dst, v, text.Options{HTML: html, Context: a.context(who)})
	}, nil
}

// context lists the people whom a row names, the given one first.
func (a *Anonymizer) context(who int32) []int32 {
	var list []int32
	if who != nobody {
		list = append(list, who)
	}
	for _, n := range a.who {
		if n != nobody && n != who {
			list = append(list, n)
		}
	}
	return list
}

// freeText rewrites mentions in a text.
func (a *Anonymizer) freeText(dst, v []byte, o text.Options) ([]byte, outcome, error) {
	var c text.Counts
	start := len(dst)
	out := a.plan.engine.Rewrite(dst, v, a, o, &c)
	if bytes.Equal(out[start:], v) {
		return dst, kept, nil
	}
	return out, changed, nil
}

// applyScan treats a value as text, and a JSON value as JSON full of text.
func applyScan(a *Anonymizer, dst, v []byte, who int32) ([]byte, outcome, error) {
	if t := bytes.TrimSpace(v); len(t) > 1 && (t[0] == '{' || t[0] == '[') {
		if out, did, err := a.scanJSON(dst, v, who); err == nil {
			return out, did, nil
		}
	}
	return a.freeText(dst, v, text.Options{HTML: bytes.IndexByte(v, '<') >= 0, Context: a.context(who)})
}

// applyEmail replaces an address by that person's pseudonym, or, when nobody
// in the index has it, by one that hangs on the address itself. What is no
// address is text.
func applyEmail(a *Anonymizer, dst, v []byte, who int32) ([]byte, outcome, error) {
	var ok bool
	if a.small, ok = person.NormalEmail(a.small[:0], v); !ok {
		return a.freeText(dst, v, text.Options{Context: a.context(who)})
	}
	lead, tail := blanks(v)
	dst = append(dst, lead...)
	dst = a.appendEmail(dst, a.small, bytes.TrimSpace(v))
	return append(dst, tail...), changed, nil
}

// appendEmail writes what stands for an address in normal form; original
// gives the case.
func (a *Anonymizer) appendEmail(dst, normal, original []byte) []byte {
	if known, ok := a.people.EmailFor(normal); ok {
		return append(dst, text.CasePattern(original, []byte(known))...)
	}
	domain := string(normal[bytes.IndexByte(normal, '@')+1:])
	if a.people.KeptDomain(domain) {
		return append(dst, original...)
	}
	local := person.UnknownLocal(a.unknown.Draw([]byte("email"), normal))
	return append(append(append(dst, local...), '@'), a.people.PseudonymDomain(a.domain, domain)...)
}

// longestUnknownEmail bounds what appendEmail writes for an address of
// nobody: "x-" and 12, the at sign, "d-" and 6, a dot and the parent.
func longestUnknownEmail(parent string) int { return 14 + 1 + 8 + 1 + len(parent) }

// applyPhone replaces a number's digits in its own layout.
func applyPhone(a *Anonymizer, dst, v []byte, who int32) ([]byte, outcome, error) {
	var ok bool
	if a.small, ok = person.NormalPhone(a.small[:0], v); !ok {
		return a.shortNumber(dst, v, who)
	}
	return a.appendPhone(dst, a.small, v), changed, nil
}

// applyPersonPhone is applyPhone, for a row whose person is known.
func applyPersonPhone(a *Anonymizer, dst, v []byte, who int32) ([]byte, outcome, error) {
	return applyPhone(a, dst, v, who)
}

// shortNumber treats what is no phone number: an extension keeps its form,
// anything with letters is text.
func (a *Anonymizer) shortNumber(dst, v []byte, who int32) ([]byte, outcome, error) {
	digits := 0
	for _, c := range v {
		if c >= '0' && c <= '9' {
			digits++
		}
	}
	if digits == 0 {
		return a.freeText(dst, v, text.Options{Context: a.context(who)})
	}
	return applyDigits(a, dst, v, who)
}

// appendPhone writes the digits that stand for a number in normal form, in
// the layout of the original.
func (a *Anonymizer) appendPhone(dst, normal, original []byte) []byte {
	digits, ok := a.people.PhoneFor(normal)
	if !ok {
		digits = person.PhoneDigits(a.unknown.Draw([]byte("phone"), normal), len(normal))
	}
	skip := countDigits(original) - len(normal) // the 00 in front of a country code
	for _, c := range original {
		switch {
		case c < '0' || c > '9':
			dst = append(dst, c)
		case skip > 0:
			dst = append(dst, c)
			skip--
		case len(digits) > 0:
			dst = append(dst, digits[0])
			digits = digits[1:]
		}
	}
	return dst
}

func countDigits(v []byte) int {
	n := 0
	for _, c := range v {
		if c >= '0' && c <= '9' {
			n++
		}
	}
	return n
}

// blanks returns the white space at both ends of a value.
func blanks(v []byte) (lead, tail []byte) {
	t := bytes.TrimLeft(v, " \t\r\n")
	lead = v[:len(v)-len(t)]
	return lead, t[len(bytes.TrimRight(t, " \t\r\n")):]
}

// applySecret neutralises a credential.
func applySecret(a *Anonymizer, dst, v []byte, _ int32) ([]byte, outcome, error) {
	return append(append(dst, removedPrefix...), person.Base32(a.format.Draw([]byte("secret"), v), 12)...), changed, nil
}

func applyCompany(a *Anonymizer, dst, v []byte, _ int32) ([]byte, outcome, error) {
	return append(dst, clip(a.fill.seed("company", v).Company(), 64)...), changed, nil
}

func applyJob(a *Anonymizer, dst, v []byte, _ int32) ([]byte, outcome, error) {
	return append(dst, clip(a.fill.seed("job", v).JobTitle(), 64)...), changed, nil
}

func applyAddress(a *Anonymizer, dst, v []byte, _ int32) ([]byte, outcome, error) {
	f := a.fill.seed("address", v)
	return append(dst, clip(strings.Join([]string{f.Street(), f.Zip() + " " + f.City()}, ", "), 128)...), changed, nil
}

func clip(s string, n int) string { return s[:min(len(s), n)] } // gofakeit's tables are ASCII

// makeNoise changes a number by up to a percentage, the same for the same
// person, or value, and field.
func makeNoise(_ *compiler, r *ruleset.Rule) (apply, error) {
	percent, err := strconv.ParseFloat(strings.TrimSuffix(r.Arg, "%"), 64)
	if err != nil || percent <= 0 || percent >= 100 {
		return nil, fmt.Errorf("noise wants a percentage such as 10%%")
	}
	return func(a *Anonymizer, dst, v []byte, who int32) ([]byte, outcome, error) {
		n, decimals, err := parseNumber(v)
		if err != nil {
			return dst, kept, err
		}
		key := v
		if who != nobody {
			key = []byte(a.people.At(who).ID)
		}
		unit := float64(a.shift.Draw([]byte("noise"), key, v)>>11) / (1 << 53)
		return strconv.AppendFloat(dst, n*(1+percent/100*(2*unit-1)), 'f', decimals, 64), changed, nil
	}, nil
}

// makeBucket rounds a number down to a multiple.
func makeBucket(_ *compiler, r *ruleset.Rule) (apply, error) {
	width, err := strconv.ParseFloat(r.Arg, 64)
	if err != nil || width <= 0 {
		return nil, fmt.Errorf("bucket wants the width of a class such as 5")
	}
	return func(_ *Anonymizer, dst, v []byte, _ int32) ([]byte, outcome, error) {
		n, decimals, err := parseNumber(v)
		if err != nil {
			return dst, kept, err
		}
		return strconv.AppendFloat(dst, floorTo(n, width), 'f', decimals, 64), changed, nil
	}, nil
}
