package world

import (
	"html"
	"math/rand/v2"
	"net/url"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"
)

// Message is one message of a conversation; it speaks of a third person.
type Message struct {
	ID, Conversation int64
	Sender, Receiver int64 // user ids
	About            int64 // the user whom it mentions
	Subject          string
	HTML, Text       string
	Copies           []string // addresses
	Offer            int64
	Sent             time.Time
	Read             bool
}

// turn is a message's text in both forms, with a subject.
type turn struct{ subject, html, text string }

// turns are what people write; {a} is whom they speak of, {s} the sender, {b}
// the receiver.
func turns() []turn {
	return []turn{
		{"About {a}", `<p>Hi {b.first},</p><p>I spoke to <b>{a}</b> about the move to {city}. Please call {a.first} on {a.phone}, or write to <a href="mailto:{a.email}">{a.email}</a> before Friday.</p><p>Best, {s}</p>`,
			"Hi {b.first}, I spoke to {a} about the move to {city}. Please call {a.first} on {a.phone}, or write to {a.email} before Friday. Best, {s}"},
		{"Wechsel nach {city}", `<p>Hallo {b.first},</p><p>{a.html} ({a.email}) würde gern nach {city} wechseln. Bitte stimmen Sie sich mit {s.html} ab.</p>`,
			"Hallo {b.first}, {a} ({a.email}) würde gern nach {city} wechseln. Bitte stimmen Sie sich mit {s} ab. Telefon: {a.phone}."},
		{"Dossier {a.sorted}", `<p>Bonjour {b.first},</p><p>Le dossier de {a} est complet&nbsp;; on peut la joindre au {a.phone}, ou par {a.email}.</p><p>Cordialement,<br>{s}</p>`,
			"Bonjour {b.first}, le dossier de {a} est complet ; on peut la joindre au {a.phone}, ou par {a.email}. Cordialement, {s}"},
		{"Entrevista", `<p>Hola {b.first}:</p><p>La entrevista con {a} será el jueves. {a.last} pidió que le escribas a {a.email}.</p><p>Saludos, {s}</p>`,
			"Hola {b.first}: la entrevista con {a} será el jueves. {a.last} pidió que le escribas a {a.email}. Saludos, {s}"},
		{"Re: gesprek", `<p>Dag {b.first},</p><p>Het gesprek met <span class="mention" data-user="{a.id}">@{a}</span> was prima. Bel haar op {a.phone}, graag voor vrijdag.</p><p>Groet,<br>{s.html}</p>`,
			"Dag {b.first}, het gesprek met {a} was prima. Bel haar op {a.phone}, graag voor vrijdag. Groet, {s}"},
		{"Candidature", `<p>{b.first}, <i>{a.first}</i> <i>{a.last}</i> a envoyé son CV. Lien&nbsp;: <a href="https://{tenant}.peoplehub.test/p?mail={a.urlemail}">{a}</a></p>`,
			"{b.first}, {a} a envoyé son CV. Lien : https://{tenant}.peoplehub.test/p?mail={a.urlemail}"},
		{"Fwd: reference", `<blockquote>From: {s} &lt;{s.email}&gt;<br>To: {b} &lt;{b.email}&gt;</blockquote><p>{a}'s reference is in; {a.first} worked with {s.first} for two years.</p>`,
			"From: {s} <{s.email}>\nTo: {b} <{b.email}>\n\n{a}'s reference is in; {a.first} worked with {s.first} for two years."},
		{"Colloquio", `<p>Ciao {b.first}, il colloquio con {a.sorted} è fissato. Scrivi a {a.email} per conferma.</p><p>{s}, {s.phone}, People &amp; Culture</p>`,
			"Ciao {b.first}, il colloquio con {a.sorted} è fissato. Scrivi a {a.email} per conferma.\n--\n{s}, {s.phone}, People & Culture"},
		{"Thanks", `<p>Thanks, see you on Monday. The room is booked.</p>`, "Thanks, see you on Monday. The room is booked."},
		{"Forms", `<p>Please fill in the leave form; {s.first} will file it.</p>`, "Please fill in the leave form; {s.first} will file it."},
	}
}

func (w *World) makeMessages(n int) {
	r := w.Rand("messages")
	all := turns()
	users := int64(len(w.Users))
	other := func(not ...int64) int64 {
		for {
			id := 1 + r.Int64N(users)
			for _, x := range not {
				if x == id {
					id = 0
				}
			}
			if id > 0 {
				return id
			}
		}
	}
	for id := int64(1); id <= int64(n); id++ {
		m := Message{ID: id, Conversation: (id + 3) / 4, Offer: 1 + r.Int64N(int64(len(w.Offers))), Sent: Today().Add(-time.Duration(r.IntN(700*24*60)) * time.Minute), Read: r.IntN(3) > 0}
		t := pick(r, all)
		m.About = other()
		if id%50 == 1 {
			m.About, t = Zoe, all[int(id/50)%8]
		}
		m.Sender = other(m.About)
		m.Receiver = other(m.About, m.Sender)
		for m.About == Zoe && (Fold(w.User(m.Sender).Given) == "Zoe" || Fold(w.User(m.Receiver).Given) == "Zoe") {
			m.Sender, m.Receiver = other(m.About), other(m.About, m.Sender) // so that "Zoë" can only be she
		}
		about, sender, receiver := w.User(m.About), w.User(m.Sender), w.User(m.Receiver)
		city := pick(r, w.Locations).City
		at := scene{city: city, about: about, says: sender, to: receiver}
		m.Subject, m.Text = w.fill(t.subject, at), w.fill(t.text, at)
		at.html = true
		m.HTML = w.fill(t.html, at)
		if r.IntN(5) == 0 {
			m.Copies = []string{about.Email, w.User(other()).WorkEmail}
		}
		w.Messages = append(w.Messages, m)
	}
}

// bio is what somebody says of herself; one in thirty writes in decomposed
// Unicode, as some keyboards do.
func (w *World) bio(r *rand.Rand, p *Person) string {
	texts := []string{
		"{a} works as {title} in {city}. Reach me at {a.email} or {a.phone}, mornings are best.",
		"Ich bin {a}, {title} in {city}, und lerne gerade Spanisch. Frag {s}, wenn ich nicht da bin.",
		"{title} depuis longtemps. {s} m'a formée ; aujourd'hui je vis à {city}. — {a.first}",
		"Hola, soy {a.first}. Antes trabajé con {s} ({s.email}).",
		"Likes bees, bread and quiet offices. {a.first} reports to {s}.",
		"{title}, {city}.",
	}
	manager := p
	if p.Manager > 0 {
		manager = w.User(p.Manager)
	}
	form := texts[int(p.ID)%len(texts)]
	if p.ID == Zoe {
		form = texts[0]
	}
	form = strings.ReplaceAll(form, "{title}", p.Title)
	out := w.Fill(form, p, manager)
	if r.IntN(30) == 0 {
		out = norm.NFD.String(out)
	}
	return out
}

// Fill writes plain text about a person, said by another; {a} is the first,
// {s} the second.
func (w *World) Fill(form string, about, says *Person) string {
	return w.fill(form, scene{city: w.Locations[about.Place].City, about: about, says: says, to: about})
}

// scene is who speaks to whom about whom: {s}, {b} and {a} in a text.
type scene struct {
	city            string
	about, says, to *Person
	html            bool // the text is HTML, so values are escaped
}

// fill replaces what stands in braces: {city}, {tenant}, and of a person her
// full name {a}, {a.first}, {a.last}, {a.sorted}, {a.email}, {a.phone},
// {a.html} with named entities, {a.urlemail} for a query, {a.id}.
func (w *World) fill(form string, s scene) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(form, "{")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		name, after, _ := strings.Cut(rest, "}")
		value, whole, ok := w.word(name, s)
		if !ok {
			b.WriteByte('{') // JSON, or a slip that the tests find
			form = rest
			continue
		}
		if s.html && !whole {
			value = html.EscapeString(value)
		}
		b.WriteString(value)
		form = after
	}
}

// word returns what a name in braces stands for; whole says that it is fit for
// HTML as it is.
func (w *World) word(name string, s scene) (value string, whole, ok bool) {
	switch name {
	case "city":
		return s.city, false, true
	case "tenant":
		return w.Tenant, false, true
	}
	letter, part, _ := strings.Cut(name, ".")
	p := map[string]*Person{"a": s.about, "s": s.says, "b": s.to}[letter]
	if p == nil {
		return "", false, false
	}
	switch part {
	case "":
		return p.Full, false, true
	case "first":
		return p.Given, false, true
	case "last":
		return p.Family, false, true
	case "sorted":
		return p.Sorted(), false, true
	case "email":
		return p.Email, false, true
	case "phone":
		return p.Phone, false, true
	case "html":
		return entities(p.Full), true, true
	case "urlemail":
		return url.QueryEscape(p.Email), true, true
	case "id":
		return "u" + UserKey(p.ID), true, true
	}
	return "", false, false
}

// entities writes a name as old editors do: named entities for what is not
// ASCII.
func entities(s string) string {
	named := map[rune]string{'&': "amp", 'ä': "auml", 'ö': "ouml", 'ü': "uuml", 'ß': "szlig", 'é': "eacute", 'è': "egrave", 'ë': "euml", 'ñ': "ntilde",
		'ç': "ccedil", 'ø': "oslash", 'Ö': "Ouml", 'í': "iacute", 'ó': "oacute", 'á': "aacute", '\'': "#39"}
	var b strings.Builder
	for _, r := range s {
		if name, ok := named[r]; ok {
			b.WriteString("&" + name + ";")
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}
