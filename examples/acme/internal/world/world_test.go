package world_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/tenantcopy/tenantcopy/examples/acme/internal/world"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/text"
)

func TestWorldIsReproducible(t *testing.T) {
	if a, b := world.New("acme", 300), world.New("acme", 300); !reflect.DeepEqual(a, b) {
		t.Error("two worlds of one name differ")
	}
	acme, globex := world.New("acme", 300), world.New("globex", 300)
	if acme.User(8).Full == globex.User(8).Full && acme.User(9).Full == globex.User(9).Full {
		t.Error("two tenants have the same people")
	}
	a, g := acme.User(world.Zoe), globex.User(world.Zoe)
	if a.Full != g.Full || a.Email != g.Email {
		t.Error("the shared person differs between tenants")
	}
	if like := world.Like("globex", "acme", 300); like.Tenant != "globex" || like.User(8).Full != acme.User(8).Full || like.User(9).Phone != acme.User(9).Phone {
		t.Error("a tenant like acme has other people")
	}
}

func TestPeopleAreDistinct(t *testing.T) {
	w := world.New("acme", 2000)
	emails, phones, names := map[string]bool{}, map[string]bool{}, map[string]int{}
	for i := range w.Users {
		p := &w.Users[i]
		if emails[strings.ToLower(p.Email)] || phones[p.Phone] {
			t.Errorf("user %d shares an address or a number", p.ID)
		}
		emails[strings.ToLower(p.Email)], phones[p.Phone] = true, true
		names[p.Full]++
	}
	homonyms := 0
	for _, n := range names {
		if n > 1 {
			homonyms++
		}
	}
	if homonyms == 0 || homonyms > len(w.Users)/50 {
		t.Errorf("%d names are shared; a few should be", homonyms)
	}
	if n := len(w.Users) + len(w.Candidates); n < 2000 || n > 2100 {
		t.Errorf("%d people", n)
	}
}

// TestProductReadsThem holds that everybody's address and number have a form
// that the product takes for one, alone and inside a sentence: otherwise the
// demo would ask for what no rule can do.
func TestProductReadsThem(t *testing.T) {
	w := world.New("acme", 2000)
	for i := range w.Users {
		p := &w.Users[i]
		if _, ok := person.NormalPhone(nil, []byte(p.Phone)); !ok {
			t.Errorf("user %d: no phone number in the form of %s", p.ID, p.Locale)
		}
		if _, ok := person.NormalEmail(nil, []byte(p.Email)); !ok {
			t.Errorf("user %d: no e-mail address", p.ID)
		}
		sentence := []byte("Call " + p.Phone + ", or write to " + p.Email + " before Friday.")
		found := text.FindPhones(nil, sentence)
		if len(found) != 1 || string(sentence[found[0].Start:found[0].End]) != p.Phone {
			t.Errorf("user %d (%s): the number is not found in a sentence: %q", p.ID, p.Locale, strings.Map(hide, p.Phone))
		}
		addresses := text.FindEmails(nil, sentence)
		if len(addresses) != 1 || string(sentence[addresses[0].Start:addresses[0].End]) != p.Email {
			t.Errorf("user %d: the address is not found in a sentence", p.ID)
		}
	}
}

// hide shows a number's layout alone.
func hide(r rune) rune {
	if r >= '0' && r <= '9' {
		return '#'
	}
	return r
}

func TestTextsHaveNoBracesLeft(t *testing.T) {
	w := world.New("acme", 200)
	check := func(where, text string) {
		if strings.ContainsAny(text, "{}") {
			t.Errorf("%s: a placeholder is left: %s", where, text)
		}
	}
	for _, m := range w.Messages {
		check("subject", m.Subject)
		check("html", m.HTML)
		check("text", m.Text)
	}
	for _, o := range w.Offers {
		check("offer", o.HTML)
	}
	for i := range w.Users {
		check("bio", w.Users[i].Bio)
	}
}
