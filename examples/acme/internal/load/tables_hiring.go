package load

import (
	"time"

	"github.com/tenantcopy/tenantcopy/examples/acme/internal/world"
)

func skillTables(w *world.World) []table {
	s := table{name: "skills", columns: "id, name, category"}
	for i, name := range w.Skills {
		s.rows = append(s.rows, []any{i + 1, name, []string{"technical", "people", "language", "law"}[i%4]})
	}
	e := table{name: "employee_skills", columns: "user_id, skill_id, level, endorsed_by, endorsed_as"}
	r := w.Rand("skills")
	for _, p := range w.Employees() {
		first := r.IntN(len(w.Skills))
		for i := range 1 + r.IntN(5) {
			var by, as any
			if r.IntN(3) == 0 {
				who := w.User(1 + r.Int64N(int64(len(w.Users))))
				by, as = who.ID, who.Full
			}
			e.rows = append(e.rows, []any{p.ID, (first+i*5)%len(w.Skills) + 1, 1 + r.IntN(5), by, as})
		}
	}
	return []table{s, e}
}

func hiringTables(w *world.World) []table {
	return append([]table{candidatesTable(w), offersTable(w)}, applicationTables(w)...)
}

func candidatesTable(w *world.World) table {
	t := table{name: "candidates", columns: "id, full_name, email, phone, locale, current_employer, current_title, birth_year, desired_salary, profile_url, " +
		"tags, cover_letter, cv_key, consent_at"}
	r := w.Rand("candidates")
	for i := range w.Candidates {
		p := &w.Candidates[i]
		friend := w.User(1 + r.Int64N(int64(len(w.Users))))
		name := p.Full
		if i%3 == 0 { // typed as a list has it
			name = p.Sorted()
		}
		tags := []string{"fair-2026"}
		if r.IntN(4) == 0 {
			tags = append(tags, "knows "+friend.Full, friend.Email)
		}
		letter := w.Fill("Dear {s.first}, {a} here. We met at the job fair in {city}; my number is {a.phone}, my address {a.email}.\nKind regards\n{a}", p, friend)
		t.rows = append(t.rows, []any{p.ID, name, p.Email, or(p.Phone), p.Locale, world.Employer(r), p.Title, p.Born.Year(), 30_000 + r.IntN(80)*500,
			"https://careers.test/in/" + world.UserKey(int64(r.IntN(1e6))) + "?u=" + p.Email, tags, letter, cvKey(i, p), world.Today().AddDate(0, 0, -r.IntN(300))})
	}
	return t
}

// cvKey is the name of a candidate's document, NULL for every second.
func cvKey(i int, p *world.Person) any {
	if i%2 == 1 {
		return nil
	}
	return "candidates/" + world.UserKey(p.ID) + "/cv.pdf"
}

func offersTable(w *world.World) table {
	t := table{name: "offers", columns: "id, title, department_id, location_id, recruiter_id, contact_name, contact_email, contact_phone, description, " +
		"required_skills, salary_min, salary_max, open, published_at"}
	for _, o := range w.Offers {
		who := w.User(o.Recruiter)
		t.rows = append(t.rows, []any{o.ID, o.Title, o.Team + 1, o.Place + 1, o.Recruiter, who.Full, who.Email, or(who.Phone), o.HTML,
			o.Skills, o.Min, o.Max, o.Open, o.Published})
	}
	return t
}

// answer is what applicants filled in.
type answer struct {
	Question string `json:"question"`
	Answer   string `json:"answer"`
}

func applicationTables(w *world.World) []table {
	a := table{name: "applications", columns: "id, offer_id, user_id, candidate_id, status, score, cover_letter, answers, reviewer_id, decided_at"}
	v := table{name: "interviews", columns: "id, application_id, interviewer_id, starts_at, place, attendees, feedback"}
	c := table{name: "comments", columns: "id, application_id, author_id, body, created_at"}
	r := w.Rand("applications")
	status := []string{"new", "screening", "interview", "offer", "hired", "rejected", "withdrawn"}
	somebody := func() *world.Person { return w.User(1 + r.Int64N(int64(len(w.Users)))) }
	for id := int64(1); id <= int64(len(w.Users)); id++ {
		who, reviewer := w.User(1+r.Int64N(int64(len(w.Users)))), somebody()
		var user, candidate any = who.ID, nil
		if r.IntN(3) == 0 {
			who = &w.Candidates[r.IntN(len(w.Candidates))]
			user, candidate = nil, who.ID
		}
		at := world.Today().Add(-time.Duration(r.IntN(300*24)) * time.Hour)
		a.rows = append(a.rows, []any{id, 1 + r.IntN(len(w.Offers)), user, candidate, status[r.IntN(len(status))], r.IntN(101),
			w.Fill("I would like to change. {s} knows my work. {a}, {a.email}", who, reviewer),
			[]answer{{"Why this post?", w.Fill("I have worked with {s} before.", who, reviewer)}, {"How do we reach you?", who.Phone}}, reviewer.ID, at})
		if r.IntN(2) == 0 {
			lead := somebody()
			v.rows = append(v.rows, []any{int64(len(v.rows) + 1), id, lead.ID, at.Add(72 * time.Hour), "Room " + string(rune('A'+r.IntN(6))),
				[]string{lead.Full, reviewer.Full, who.Full}, w.Fill("{a.last} answered well. {s} agrees; next step by Friday.", who, reviewer)})
		}
		for range r.IntN(3) {
			author := somebody()
			c.rows = append(c.rows, []any{int64(len(c.rows) + 1), id, author.ID,
				w.Fill("<p>Spoke to <b>{a}</b> ({a.phone}). &mdash; {s.html}</p>", who, author), at.Add(time.Hour)})
		}
	}
	return []table{a, v, c}
}
