package anonymize

import (
	"slices"
	"strings"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/text"
)

// checkTexts refuses schema text that names a person, or holds her phone
// number or an address of an unknown domain: it would be carried as it is.
func (c *compiler) checkTexts(p *Plan) {
	for _, t := range c.in.Texts {
		if t.Comment && !p.Comments(t.Store) { // left out with all comments
			continue
		}
		for _, why := range c.tells(p, t) {
			c.told = append(c.told, c.placeOf(p, t)+": "+why)
		}
	}
}

// placeOf names the place of a text; where its name holds somebody too, only
// the kind of place is told.
func (c *compiler) placeOf(p *Plan, t Text) string {
	if len(c.holds(p, t.Place)) == 0 {
		return t.Place
	}
	kind, _, _ := strings.Cut(t.Place, " ")
	return kind + " (its name is not shown)"
}

// labelsPlace begins the place of an enum's label, which is a value and no text:
// there a family name alone is somebody.
const labelsPlace = "label of type "

const (
	saysName  = "names a person; change it at the source, it is carried as text"
	saysPhone = "holds a person's phone number; change it at the source, it is carried as text"
	saysEmail = "holds an e-mail address; change it at the source or list its domain in keep_domains"
)

// tells says what of people is in a text of the schema, each kind once: in the
// text as it stands, and in the constants of its SQL.
func (c *compiler) tells(p *Plan, t Text) (why []string) {
	w := witness{c: c, alone: strings.HasPrefix(t.Place, labelsPlace)}
	for _, reading := range append([]string{t.Body}, sqlConstants(t.Body)...) {
		for _, one := range append(c.holds(p, reading), w.sees(p, reading)...) {
			if !slices.Contains(why, one) {
				why = append(why, one)
			}
		}
	}
	return why
}

// witness sees whom the text engine would rewrite, so that what it decodes is
// looked through here too. A part of a name alone is mostly a word of the
// schema's own: it counts where alone says so.
type witness struct {
	c     *compiler
	alone bool
	why   []string
}

var _ text.Resolver = (*witness)(nil)

func (w *witness) sees(p *Plan, s string) []string {
	w.why = nil
	p.engine.Edits([]byte(s), w, text.Options{})
	return w.why
}

// Name implements text.Resolver.
func (w *witness) Name(dst []byte, m text.Match, original []byte) []byte {
	if w.alone || m.Kind != text.Surname && m.Kind != text.Given {
		w.why = append(w.why, saysName)
	}
	return append(dst, original...)
}

// Email implements text.Resolver.
func (w *witness) Email(dst, original []byte) []byte {
	if w.c.foreignEmail(original) {
		w.why = append(w.why, saysEmail)
	}
	return append(dst, original...)
}

// Phone implements text.Resolver.
func (w *witness) Phone(dst, original []byte) []byte {
	if w.c.knownPhone(original) {
		w.why = append(w.why, saysPhone)
	}
	return append(dst, original...)
}

// holds says what of people is in a text, each kind once.
func (c *compiler) holds(p *Plan, s string) (why []string) {
	body := []byte(s)
	named := func(m text.Match) bool { return m.Kind != text.Surname && m.Kind != text.Given }
	if slices.ContainsFunc(p.dict.Find(nil, body), named) {
		why = append(why, saysName)
	}
	phone := func(s text.Span) bool { return c.knownPhone(body[s.Start:s.End]) }
	if slices.ContainsFunc(append(text.FindPhones(nil, body), numbersIn(body)...), phone) {
		why = append(why, saysPhone)
	}
	if slices.ContainsFunc(text.FindEmails(nil, body), func(s text.Span) bool { return c.foreignEmail(body[s.Start:s.End]) }) {
		why = append(why, saysEmail)
	}
	return why
}

// knownPhone reports whether a number is somebody's.
func (c *compiler) knownPhone(raw []byte) bool {
	normal, ok := person.NormalPhone(nil, raw)
	if !ok {
		return false
	}
	_, known := c.in.People.PhoneFor(normal)
	return known
}

// foreignEmail reports whether an address is of a domain that is not kept.
func (c *compiler) foreignEmail(raw []byte) bool {
	_, domain, _ := strings.Cut(string(raw), "@")
	return !c.in.People.KeptDomain(strings.ToLower(domain))
}

// numbersIn finds whole numbers that are long enough for a telephone's and stand
// by themselves, as in the default of a column of numbers.
func numbersIn(s []byte) (all []text.Span) {
	for i := 0; i < len(s); i++ {
		from := i
		for i < len(s) && s[i] >= '0' && s[i] <= '9' {
			i++
		}
		before := from > 0 && wordOrPoint(s[from-1])
		if n := i - from; n >= 7 && n <= 15 && !before && (i == len(s) || !wordOrPoint(s[i])) {
			all = append(all, text.Span{Start: from, End: i})
		}
	}
	return all
}

func wordOrPoint(c byte) bool {
	return c == '.' || isWordByte(c) || c >= '0' && c <= '9'
}
