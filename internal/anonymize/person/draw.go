package person

import (
	"encoding/binary"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// draw gives every person a pseudonym. What is rejected (a surname that a
// real person of this tenant has, an e-mail or phone that is taken) moves
// only that person to her next counter; of two who want the same, the one
// with the smaller draw keeps it, so adding people hardly changes others.
func (x *Index) draw(o Options) {
	x.real = x.realWords()
	g := newGenerator(o.Keys)
	for n := range x.people {
		p := &x.people[n]
		id := []byte(p.ID)
		copy(p.Seed[:], g.seed.Sum(id))
		p.Given = o.Names.Given(p.Locale, g.given.Draw(id))
		for count := byte(0); ; count++ {
			p.Family = o.Names.Family(p.Locale, g.family.Draw(id, []byte{count}))
			if count == 255 || !x.Real(p.Family) {
				x.redrawn += min(int(count), 1)
				break
			}
		}
	}
	x.drawEmails(g)
	x.drawPhones(g)
}

// generator holds one keyed function for each kind of draw.
type generator struct{ seed, given, family, email, domain, phone *PRF }

func newGenerator(k Keyring) *generator {
	return &generator{
		seed: k.PRF("seed"), given: k.PRF("given"), family: k.PRF("family"),
		email: k.PRF("email"), domain: k.PRF("domain"), phone: k.PRF("phone"),
	}
}

// realWords returns the words of the source's names, folded, those of a
// double name together and apart.
func (x *Index) realWords() map[string]bool {
	real := make(map[string]bool, len(x.people))
	parts := func(r rune) bool { return !unicode.IsLetter(r) && !unicode.Is(unicode.Mn, r) }
	for n := range x.people {
		for _, name := range x.people[n].Real.Names {
			real[foldName(name.Family)] = true
			for word := range strings.FieldsSeq(name.Full) {
				real[foldName(word)], real[foldName(spellOut(word))] = true, true
				for part := range strings.FieldsFuncSeq(word, parts) {
					real[foldName(part)], real[foldName(spellOut(part))] = true, true
				}
			}
		}
	}
	return real
}

// Real reports whether word is a word of some person's real name, whatever
// its case and diacritics.
func (x *Index) Real(word string) bool {
	return x.real[foldName(word)] || x.real[foldName(spellOut(word))]
}

// claim is one wish for a value that must be unique.
type claim struct {
	person int32
	key    []byte // parts of the draw: the person, and what else it depends on
	real   string // the real value it replaces; "" for a person without one
	count  uint64 // draws that were rejected
	draw   uint64
	value  string
}

// How often a claim is drawn in its usual shape before a roomier one is tried,
// and after how many draws it shares its value with another: a format of few
// digits can be exhausted, and then phones repeat as real ones do.
const (
	usualDraws = 16
	allDraws   = 256
)

// settle draws for all claims until no two share a value. value turns a
// claim's draw into its value.
func (x *Index) settle(claims []claim, prf *PRF, taken func(string) bool, value func(c *claim) string) {
	pending := make([]int, len(claims))
	for i := range pending {
		pending[i] = i
	}
	owner := make(map[string]int, len(claims))
	moved := make(map[int32]bool)
	var counter [binary.MaxVarintLen64]byte
	for len(pending) > 0 {
		i := pending[len(pending)-1]
		pending = pending[:len(pending)-1]
		c := &claims[i]
		c.draw = prf.Draw(c.key, binary.AppendUvarint(counter[:0], c.count))
		c.value = value(c)
		if c.count >= allDraws {
			continue
		}
		loser := -1
		if taken(c.value) {
			loser = i
		} else if j, clash := owner[c.value]; !clash {
			owner[c.value] = i
		} else if claims[j].draw <= c.draw {
			loser = i
		} else {
			owner[c.value], loser = i, j
		}
		if loser >= 0 {
			claims[loser].count++
			moved[claims[loser].person] = true
			pending = append(pending, loser)
		}
	}
	x.redrawn += len(moved)
}

// drawEmails makes one address for every known e-mail, and one for every
// person without any.
func (x *Index) drawEmails(g *generator) {
	var claims []claim
	for n := range x.people {
		p := &x.people[n]
		if len(p.Real.Emails) == 0 {
			claims = append(claims, claim{person: int32(n), key: []byte(p.ID)})
		}
		for i, email := range p.Real.Emails {
			key := []byte(p.ID)
			if i > 0 { // her first address hangs on her alone
				key = append(append(key, 0), email...)
			}
			claims = append(claims, claim{person: int32(n), key: key, real: email})
		}
	}
	real := func(value string) bool { _, ok := x.byEmail[value]; return ok }
	x.settle(claims, g.email, real, func(c *claim) string {
		p := &x.people[c.person]
		local := append(appendLocal(nil, p.Given, p.Family), '.')
		if c.count < usualDraws {
			local = appendBase32(local, c.draw, 4)
		} else {
			local = appendBase32(local, c.draw, 12)
		}
		if name, _, _ := strings.Cut(c.real, "@"); strings.Contains(name, "+") {
			local = appendBase32(append(local, '+'), c.draw>>20, 4)
		}
		return string(x.AppendDomain(append(local, '@'), g.domain, []byte(domainOf(c.real))))
	})
	for i := range claims {
		c := &claims[i]
		p := &x.people[c.person]
		if p.Email == "" {
			p.Email = c.value
		}
		if c.real != "" && x.byEmail[c.real] == c.person {
			x.emails[c.real] = c.value
		}
	}
}

// drawPhones makes the digits of one number for every known phone, and a
// number for every person.
func (x *Index) drawPhones(g *generator) {
	var claims []claim
	for n := range x.people {
		p := &x.people[n]
		if len(p.Real.Phones) == 0 {
			claims = append(claims, claim{person: int32(n), key: []byte(p.ID)})
		}
		for i, phone := range p.Real.Phones {
			key := []byte(p.ID)
			if i > 0 {
				key = append(append(key, 0), phone...)
			}
			claims = append(claims, claim{person: int32(n), key: key, real: phone})
		}
	}
	x.subscribers = newSubscribers(x.byPhone)
	real := func(value string) bool { _, ok := x.byPhone[value]; return ok || x.subscribers.has(value) }
	x.settle(claims, g.phone, real, func(c *claim) string {
		size := len(c.real)
		if size == 0 {
			size = 12
		}
		if c.count >= usualDraws { // all numbers of that length behind 999 are taken, or nearly
			return PhoneDigits(c.draw, size+3)[3:]
		}
		return PhoneDigits(c.draw, size)
	})
	for i := range claims {
		c := &claims[i]
		p := &x.people[c.person]
		if p.Phone == "" {
			p.Phone = "+" + c.value
		}
		if c.real != "" && x.byPhone[c.real] == c.person {
			x.phones[c.real] = c.value
		}
	}
	taken := make(map[string]bool, len(x.phones))
	for _, digits := range x.phones {
		taken[digits] = true
	}
	x.apart = len(taken) == len(x.phones)
}

// PhonesApart reports whether every known number has a pseudonym of its own:
// all are drawn apart unless there are too few numbers of their length.
func (x *Index) PhonesApart() bool { return x.apart }

// PhoneDigits makes size digits from a draw. They begin with 999, a country
// code that is not assigned, so that nobody is ever called.
func PhoneDigits(draw uint64, size int) string {
	digits := []byte("999")
	for len(digits) < size {
		digits = append(digits, byte('0'+draw%10))
		draw /= 10
		if draw == 0 { // more digits than one draw holds
			draw = 0x9E3779B97F4A7C15 ^ uint64(len(digits))
		}
	}
	return string(digits[:size])
}

// PseudonymDomain returns the domain that stands for a real one: the same one
// always for the same, under the reserved parent; kept domains stay. An empty
// domain gets one of its own.
func (x *Index) PseudonymDomain(prf *PRF, real string) string {
	return string(x.AppendDomain(nil, prf, []byte(real)))
}

// AppendDomain appends what PseudonymDomain returns.
func (x *Index) AppendDomain(dst []byte, prf *PRF, real []byte) []byte {
	if x.keep[string(real)] {
		return append(dst, real...)
	}
	dst = appendBase32(append(dst, "d-"...), prf.Draw(real), 6)
	return append(append(dst, '.'), x.domain...)
}

// EmailFor returns the pseudonym of a known e-mail, by its normal form.
func (x *Index) EmailFor(normal []byte) (string, bool) {
	s, ok := x.emails[string(normal)]
	return s, ok
}

// PhoneFor returns the digits that stand for a known phone number.
func (x *Index) PhoneFor(normal []byte) (string, bool) {
	s, ok := x.phones[string(normal)]
	return s, ok
}

// Domain returns the parent of every generated e-mail domain.
func (x *Index) Domain() string { return x.domain }

// KeptDomain reports whether addresses of a domain stay as they are.
func (x *Index) KeptDomain(domain string) bool { return x.keep[domain] }

// LongestEmail and LongestName bound what a person's verbs write, in
// characters, so that a column's length can be checked before the copy.
func (x *Index) LongestEmail() int { return x.longest.email }

// LongestName returns the longest given name, family name and full name.
func (x *Index) LongestName() (given, family, full int) {
	return x.longest.given, x.longest.family, x.longest.full
}

// measure finds the longest of everything that was drawn.
func (x *Index) measure() {
	l := &x.longest
	for _, e := range x.emails {
		l.email = max(l.email, utf8.RuneCountInString(e))
	}
	for i := range x.people {
		p := &x.people[i]
		g, f := utf8.RuneCountInString(p.Given), utf8.RuneCountInString(p.Family)
		l.given, l.family, l.full = max(l.given, g), max(l.family, f), max(l.full, g+1+f)
		l.email = max(l.email, utf8.RuneCountInString(p.Email))
	}
}

// SourceDomains returns the domains of the source's own e-mails, sorted.
func (x *Index) SourceDomains() []string {
	var domains []string
	for e := range x.byEmail {
		domains = append(domains, domainOf(e))
	}
	slices.Sort(domains)
	return slices.Compact(domains)
}

func domainOf(email string) string {
	_, domain, _ := strings.Cut(email, "@")
	return domain
}

const base32 = "abcdefghijkmnpqrstuvwxyz23456789" // without l, o, 0, 1: it is read aloud

// appendBase32 writes the lowest 5·n bits of a draw.
func appendBase32(dst []byte, draw uint64, n int) []byte {
	for range n {
		dst = append(dst, base32[draw&31])
		draw >>= 5
	}
	return dst
}

// UnknownLocal returns the local part of an address that belongs to nobody in
// the index: 60 bits of the draw, never the shape of a person's own.
func UnknownLocal(draw uint64) string { return string(AppendUnknownLocal(nil, draw)) }

// AppendUnknownLocal appends what UnknownLocal returns.
func AppendUnknownLocal(dst []byte, draw uint64) []byte {
	return appendBase32(append(dst, "x-"...), draw, 12)
}

// AppendTag appends what stands for the tag of name+tag: 30 bits of the draw.
func AppendTag(dst []byte, draw uint64) []byte { return appendBase32(dst, draw, 6) }

// appendLocal writes given.family in ASCII.
func appendLocal(dst []byte, given, family string) []byte {
	dst = appendASCII(dst, given)
	dst = append(dst, '.')
	return appendASCII(dst, family)
}

// appendASCII writes the letters and digits of a name in lower case, without
// diacritics; scripts without an ASCII form become x and a number.
func appendASCII(dst []byte, s string) []byte {
	start := len(dst)
	for _, r := range foldName(s) {
		if r < 0x80 && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
			dst = append(dst, byte(r))
		}
	}
	if len(dst) == start {
		sum := uint32(0)
		for i := range len(s) {
			sum = sum*31 + uint32(s[i])
		}
		var b [4]byte
		binary.BigEndian.PutUint32(b[:], sum)
		dst = append(dst, 'x')
		dst = strconv.AppendUint(dst, uint64(b[2])<<8|uint64(b[3]), 10)
	}
	return dst
}

// Base32 returns the lowest 5·n bits of a draw as n characters, n ≤ 12.
func Base32(draw uint64, n int) string { return string(appendBase32(nil, draw, n)) }
