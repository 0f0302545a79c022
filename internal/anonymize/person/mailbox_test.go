package person

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// A mailbox that people of one source share makes no person of them; what
// other sources say of them goes to the one who is called so.
func TestSharedMailbox(t *testing.T) {
	records := []Record{
		{Source: "users", ID: "1", Name: "Ann Lee", Email: "office@acme.com"},
		{Source: "users", ID: "2", Name: "Bob Ray", Email: "Office@acme.com"},
		{Source: "users", ID: "3", Name: "B. Ray", Email: "office@acme.com"},
		{Source: "users", ID: "4", Name: "Cid Fox", Email: "office@acme.com"},
		{Source: "users", ID: "5", Name: "王小明", Email: "office@acme.com"},
		{Source: "staff", ID: "1", First: "Robert", Last: "RAY", Email: "office@acme.com"},
		{Source: "staff", ID: "2", First: "Dora", Last: "May", Email: "office@acme.com"},
		{Source: "staff", ID: "3", Email: "office@acme.com"},
		{Source: "users", ID: "6", Name: "Eva Hill", Email: "eva@acme.com"},
		{Source: "staff", ID: "6", First: "Eve", Last: "Stone", Email: "eva@acme.com"},
	}
	for range 3 {
		x := index(t, append([]Record(nil), records...), options(t, "acme", "users", "staff"))
		who := func(source string, id int) string { return byID(t, x, source, fmt.Sprint(id)).ID }
		for _, c := range []struct {
			source string
			id     int
			want   string
		}{
			{"users", 1, "users:1"}, {"users", 2, "users:2"}, {"users", 3, "users:2"}, {"users", 4, "users:4"}, {"users", 5, "users:1"}, // in another script: not told apart
			{"staff", 1, "users:2"}, {"staff", 2, "users:1"}, {"staff", 3, "users:1"}, {"staff", 6, "users:6"}, // one address, one source each: one human
		} {
			if got := who(c.source, c.id); got != c.want {
				t.Errorf("%s %d is %s, want %s", c.source, c.id, got, c.want)
			}
		}
		ann, bob := byID(t, x, "users", "1"), byID(t, x, "users", "2")
		if email, _ := emailFor(x, "office@acme.com"); email != ann.Email || bob.Email == ann.Email || ann.Full() == bob.Full() {
			t.Errorf("the mailbox is %s; %s and %s", email, ann.Email, bob.Email)
		}
		rand.New(rand.NewPCG(1, 2)).Shuffle(len(records), func(i, k int) { records[i], records[k] = records[k], records[i] })
	}
}
