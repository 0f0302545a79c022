package world

import (
	"html"
	"strings"
	"time"
)

// Offer is a mobility offer: a post that people of the tenant may move to.
type Offer struct {
	ID          int64
	Title       string
	Team, Place int
	Recruiter   int64  // user id
	HTML        string // description
	Skills      []string
	Min, Max    int // salary a year
	Open        bool
	Published   time.Time
}

// offerTexts are descriptions in several languages; see fill for the braces.
func offerTexts() []string {
	return []string{
		`<h2>{title}</h2><p>We look for somebody to join <b>{team}</b> in {city}. You will take over from {a}, who moves to another team.</p><p>Questions? Ask {s} &ndash; <a href="mailto:{s.email}">{s.email}</a>, phone {s.phone}, any weekday.</p>`,
		`<p>Für unser Team {team} in {city} suchen wir ab sofort: <strong>{title}</strong>.</p><ul><li>Ansprechpartnerin: {s.html}</li><li>Fachliche Fragen: {a.html} ({a.email})</li></ul>`,
		`<p>Mobilité interne&nbsp;: {title}, {city}.</p><p>Le poste est ouvert depuis le départ de {a}. Candidatures à <a href="mailto:{s.email}?subject=Mobilit%C3%A9">{s}</a>.</p>`,
		`<p>Buscamos {title} en {city}. Contacto: {s}, {s.email}, tel. {s.phone}; responsable: {a.sorted}.</p>`,
		`<p>Vacature <em>{title}</em>, {city}. Vragen? Bel {s} ({s.phone}) of mail naar {s.email}.</p><p><small>Geplaatst door {a}</small></p>`,
		`<p>{title} in {city}. <b>{a.first}</b> {a.last} built this team; the interview is led by {s}.</p><p>Apply: https://{tenant}.peoplehub.test/apply?contact={s.urlemail}</p>`,
	}
}

func (w *World) makeOffers(n int) {
	r := w.Rand("offers")
	texts := offerTexts()
	for id := int64(1); id <= int64(n); id++ {
		o := Offer{ID: id, Title: pick(r, titles()), Team: r.IntN(len(w.Teams)), Place: r.IntN(len(w.Locations)),
			Recruiter: 1 + r.Int64N(int64(len(w.Users))), Open: r.IntN(4) > 0, Published: Today().Add(-time.Duration(r.IntN(400*24)) * time.Hour)}
		if id%9 == 1 {
			o.Recruiter = Zoe
		}
		o.Min = 28_000 + r.IntN(50)*1000
		o.Max = o.Min + 6000 + r.IntN(12)*1000
		for range 2 + r.IntN(3) {
			o.Skills = append(o.Skills, pick(r, w.Skills))
		}
		about := w.User(1 + r.Int64N(int64(len(w.Users))))
		place := strings.NewReplacer("{title}", html.EscapeString(o.Title), "{team}", html.EscapeString(w.Teams[o.Team].Name))
		o.HTML = w.fill(place.Replace(texts[int(id)%len(texts)]), scene{city: w.Locations[o.Place].City, about: about, says: w.User(o.Recruiter), to: about, html: true})
		w.Offers = append(w.Offers, o)
	}
}
