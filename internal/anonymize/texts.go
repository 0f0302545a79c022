package anonymize

import (
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
		for _, why := range c.holds(p, t.Body) {
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

// holds says what of people is in a text, each kind once.
func (c *compiler) holds(p *Plan, s string) (why []string) {
	body := []byte(s)
	for _, m := range p.dict.Find(nil, body) {
		if m.Kind != text.Surname && m.Kind != text.Given {
			why = append(why, "names a person; change it at the source, it is carried as text")
			break
		}
	}
	for _, s := range text.FindPhones(nil, body) {
		normal, ok := person.NormalPhone(nil, body[s.Start:s.End])
		if _, known := c.in.People.PhoneFor(normal); ok && known {
			why = append(why, "holds a person's phone number; change it at the source, it is carried as text")
			break
		}
	}
	for _, s := range text.FindEmails(nil, body) {
		_, domain, _ := strings.Cut(string(body[s.Start:s.End]), "@")
		if !c.in.People.KeptDomain(strings.ToLower(domain)) {
			why = append(why, "holds an e-mail address; change it at the source or list its domain in keep_domains")
			break
		}
	}
	return why
}
