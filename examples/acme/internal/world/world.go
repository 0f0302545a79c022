// Package world invents the demo tenant: an HR service's customer that a
// person would believe. Everything follows from the tenant's name and the
// number of people, so two seeders write the same data; nothing here knows a
// server.
package world

import (
	"hash/fnv"
	"math/rand/v2"
	"time"
)

// Zoe is the id of the person whom every tenant knows under the same name and
// address: she works for several customers at once.
const Zoe = 7

// Today is the day on which the tenant was last used.
func Today() time.Time { return time.Date(2026, 11, 2, 9, 30, 0, 0, time.UTC) }

// World is one tenant.
type World struct {
	Tenant     string
	model      string   // whose chance it follows
	Users      []Person // Users[i] has id i+1
	Candidates []Person // the same; a few are users who apply with their own address
	Locations  []Location
	Teams      []Team
	Skills     []string
	Offers     []Offer
	Messages   []Message
}

// New invents a tenant with so many people, at least 20: four of five are
// users, the others candidates from outside.
func New(tenant string, people int) *World { return Like(tenant, tenant, people) }

// Like invents the people of one tenant for another, with addresses of its own: who must know them all
// beforehand gives a fixed name.
func Like(tenant, model string, people int) *World {
	w := &World{Tenant: tenant, model: model}
	people = max(people, 20)
	w.Locations, w.Teams, w.Skills = locations(), teams(), skills()
	w.makePeople(people)
	w.makeOffers(max(people/16, 5))
	w.makeMessages(people * 5 / 2)
	return w
}

// Rand returns a source of chance of its own for one topic, so that one topic
// can change without moving the others.
func (w *World) Rand(topic string) *rand.Rand {
	h := fnv.New64a()
	_, _ = h.Write([]byte(w.model + "/" + topic)) // a hash never fails
	return rand.New(rand.NewPCG(h.Sum64(), 20261102))
}

// User returns the user with an id.
func (w *World) User(id int64) *Person { return &w.Users[id-1] }

// Employees yields the users who are employed by the tenant itself.
func (w *World) Employees() []*Person {
	var out []*Person
	for i := range w.Users {
		if w.Users[i].Employed {
			out = append(out, &w.Users[i])
		}
	}
	return out
}

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }
