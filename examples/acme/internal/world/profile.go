package world

import (
	"math/rand/v2"
	"strconv"
)

// UserKey is a user's id in a key or an object's name.
func UserKey(id int64) string { return strconv.FormatInt(id, 10) }

// Profile is the JSON profile of a user. Its keys are not all fixed: under
// praise they are names.
type Profile struct {
	Bio       string         `json:"bio"`
	Languages []string       `json:"languages"`
	Contacts  []Contact      `json:"contacts"`
	Emergency *Emergency     `json:"emergency,omitempty"`
	Salaries  []Pay          `json:"salary_history"`
	Wishes    Wishes         `json:"mobility"`
	Praise    map[string]int `json:"praise,omitempty"`
	Theme     Theme          `json:"ui"`
	Legacy    string         `json:"legacy,omitempty"` // JSON inside a string, from an older version
}

// Contact is one way to reach somebody.
type Contact struct {
	Kind  string `json:"kind"`
	Email string `json:"email,omitempty"`
	Phone string `json:"phone,omitempty"`
}

// Emergency is whom to call.
type Emergency struct {
	Name     string `json:"name"`
	Phone    string `json:"phone"`
	Relation string `json:"relation"`
}

// Pay is a salary in a year.
type Pay struct {
	Year   int `json:"year"`
	Amount int `json:"amount"`
}

// Wishes say where somebody would like to work.
type Wishes struct {
	Open   bool     `json:"open"`
	Cities []string `json:"cities"`
	Note   string   `json:"note"`
}

// Theme is how she likes the screen.
type Theme struct {
	Dark    bool    `json:"dark"`
	Density float64 `json:"density"`
}

// Profile invents a user's profile; the same for the same user.
func (w *World) Profile(p *Person) Profile {
	r := rand.New(rand.NewPCG(uint64(p.ID), 99))
	mate := w.User(1 + r.Int64N(int64(len(w.Users))))
	prof := Profile{Bio: p.Bio, Languages: []string{p.Locale[:2], "en"},
		Contacts: []Contact{{Kind: "work", Email: p.WorkEmail, Phone: p.Phone}},
		Wishes:   Wishes{Open: r.IntN(2) == 0, Cities: []string{pick(r, w.Locations).City}, Note: w.Fill("Asked {s} about it.", p, mate)},
		Theme:    Theme{Dark: r.IntN(2) == 0, Density: 1.10}}
	if p.Private != "" {
		prof.Contacts = append(prof.Contacts, Contact{Kind: "private", Email: p.Private})
	}
	for year := 2024; year <= 2026; year++ {
		prof.Salaries = append(prof.Salaries, Pay{year, p.Salary - (2026-year)*1500})
	}
	if r.IntN(3) == 0 {
		kin := w.User(1 + r.Int64N(int64(len(w.Users))))
		prof.Emergency = &Emergency{Name: kin.Given + " " + p.Family, Phone: kin.Phone, Relation: "partner"}
	}
	if r.IntN(4) == 0 {
		prof.Praise = map[string]int{mate.Full: 1 + r.IntN(5)}
	}
	if r.IntN(8) == 0 {
		prof.Legacy = `{"v":1,"owner":"` + p.Email + `","buddy":"` + mate.Email + `"}`
	}
	return prof
}
