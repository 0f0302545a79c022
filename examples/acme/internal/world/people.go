package world

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// early is how many people were there from the start, with everything filled
// in: whoever looks at the first pages sees a full tenant.
const early = 60

// Person is one human, as user or as candidate.
type Person struct {
	ID            int64
	External      string // UUID
	Given, Family string
	Full          string // in the order of her language
	Latin         string // "given family" in ASCII, for file names and headers
	Locale        string
	Email         string // the login of a user, the only address of a candidate
	Phone         string

	Employed  bool
	WorkEmail string // under the tenant's own domain
	Private   string // a private address; empty for many
	Title     string
	Team      int // index into Teams
	Place     int // index into Locations
	Manager   int64
	Born      time.Time
	Hired     time.Time
	IBAN      string
	Salary    int // a year
	Address   string
	Bio       string
	Picture   string // "png" or "jpg"; empty without an avatar
}

// Sorted returns the name as "Family, Given".
func (p *Person) Sorted() string { return p.Family + ", " + p.Given }

// casting deals names, addresses and numbers out, none twice.
type casting struct {
	w      *World
	r      *rand.Rand
	tables []locale
	total  int
	names  map[string]int
	taken  map[string]bool // addresses and phone numbers
}

func (w *World) makePeople(n int) {
	c := &casting{w: w, r: w.Rand("people"), tables: locales(), names: make(map[string]int), taken: make(map[string]bool)}
	for _, l := range c.tables {
		c.total += l.weight
	}
	users := n * 4 / 5
	for id := range int64(users) {
		w.Users = append(w.Users, c.user(id+1))
	}
	for i := range w.Users {
		p := &w.Users[i]
		p.Bio = w.bio(c.r, p)
	}
	for id := int64(1); len(w.Candidates) < n-users; id++ {
		w.Candidates = append(w.Candidates, c.candidate(id))
	}
	for i := range max(users/20, 1) { // users who apply from inside
		inside := *w.User(int64(i*20%users) + 1)
		inside.ID = int64(len(w.Candidates)) + 1
		w.Candidates = append(w.Candidates, inside)
	}
}

// user invents a user. Number 7 is the same in every tenant.
func (c *casting) user(id int64) Person {
	l := c.locale()
	p := Person{ID: id, Employed: id%10 != 9}
	if id == Zoe {
		l = c.tables[0]
		p.Given, p.Family, p.Full, p.Latin = "Zoë", "O'Brien", "Zoë O'Brien", "Zoe O'Brien"
		p.Email, p.Phone = "zoe.obrien@mail.test", "+44 20 7946 0707"
		c.names[p.Full]++
		c.taken[p.Email], c.taken[p.Phone] = true, true
	} else {
		c.name(&p, l)
		p.Phone = c.phone(l)
		p.Email = c.email(&p, c.w.Tenant+".test")
		if c.r.IntN(6) == 0 {
			p.Email = c.email(&p, pick(c.r, list(l.mail)))
		}
	}
	c.details(&p, l)
	p.WorkEmail = p.Email
	if !strings.HasSuffix(p.Email, "@"+c.w.Tenant+".test") {
		p.WorkEmail = c.email(&p, c.w.Tenant+".test")
	}
	if c.r.IntN(2) == 0 {
		p.Private = c.email(&p, pick(c.r, list(l.mail)))
	}
	p.Picture = []string{"png", "jpg", "png", "jpg", "jpg", "png", ""}[id%7]
	if id > early && id%5 != 0 { // most people never upload one
		p.Picture = ""
	}
	if id == Zoe {
		p.Picture = "jpg"
	}
	if id > 1 {
		p.Manager = 1 + c.r.Int64N(min(id-1, int64(3+id/9)))
	}
	return p
}

func (c *casting) candidate(id int64) Person {
	l := c.locale()
	p := Person{ID: id}
	c.name(&p, l)
	p.Email, p.Phone = c.email(&p, pick(c.r, list(l.mail))), c.phone(l)
	c.details(&p, l)
	return p
}

// details invents what every person has.
func (c *casting) details(p *Person, l locale) {
	p.Locale, p.External, p.IBAN = l.code, UUID(c.r), iban(c.r, l.iban)
	p.Team, p.Place = c.r.IntN(len(c.w.Teams)), c.r.IntN(len(c.w.Locations))
	p.Title = pick(c.r, titles())
	p.Born = Today().AddDate(-19-c.r.IntN(45), -c.r.IntN(12), -c.r.IntN(28))
	p.Hired = Today().AddDate(-c.r.IntN(14), -c.r.IntN(12), -c.r.IntN(28))
	p.Salary = 26_000 + c.r.IntN(90)*1000
	city, country, _ := strings.Cut(pick(c.r, list(l.city)), " ")
	p.Address = fmt.Sprintf("%s, %05d %s, %s", digits(c.r, strings.ReplaceAll(l.street, "#", "##")), 10_000+c.r.IntN(80_000), city, country)
}

func (c *casting) locale() locale {
	n := c.r.IntN(c.total)
	for _, l := range c.tables {
		if n -= l.weight; n < 0 {
			return l
		}
	}
	return c.tables[0]
}

// name gives a name that nobody has yet, but for one in two hundred: some
// people share a name.
func (c *casting) name(p *Person, l locale) {
	givens, families := list(l.given), list(l.family)
	for try := 0; ; try++ {
		given, latinGiven := spellings(pick(c.r, givens))
		family, latinFamily := spellings(pick(c.r, families))
		if try > 3 && l.code != "ja_JP" && l.code != "vi_VN" { // the table is used up: people have double names
			second, latinSecond := spellings(pick(c.r, families))
			family, latinFamily = family+"-"+second, latinFamily+"-"+latinSecond
		}
		p.Given, p.Family, p.Full, p.Latin = given, family, given+" "+family, latinGiven+" "+latinFamily
		switch l.code {
		case "ja_JP", "vi_VN":
			p.Full = family + " " + given
		}
		if c.names[p.Full] == 0 || try > 40 || c.r.IntN(200) == 0 {
			c.names[p.Full]++
			return
		}
	}
}

// spellings returns a name and its Latin form.
func spellings(s string) (native, latin string) {
	native, latin, ok := strings.Cut(s, "|")
	if !ok {
		latin = native
	}
	return native, Fold(latin)
}
