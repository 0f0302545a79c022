package person

import (
	"context"
	"iter"
	"slices"
	"strings"

	"github.com/tenantcopy/tenantcopy/internal/parallel"
)

// draw gives every person a pseudonym. What is rejected (a surname that a
// real person of this tenant has, an e-mail or phone that is taken) moves
// only that person to her next counter; of two who want the same, the one
// with the smaller draw keeps it, so adding people hardly changes others.
func (x *Index) draw(o Options) error {
	var emails, phones []claim
	var renamed, readdressed, renumbered int
	err := together(func() (err error) {
		if renamed, err = x.drawNames(o); err == nil {
			emails, readdressed, err = x.drawEmails(o.Keys)
		}
		return err
	}, func() (err error) {
		phones, renumbered, err = x.drawPhones(o.Keys)
		return err
	})
	if err != nil {
		return err
	}
	x.redrawn = renamed + readdressed + renumbered
	x.writeCards(emails, phones)
	return nil
}

// together calls functions at once and returns when all have.
func together(fns ...func() error) error {
	return parallel.All(context.Background(), len(fns), len(fns), func(_ context.Context, i int) error { return fns[i]() })
}

// Draws are most of the work, and independent of each other: pieces of them
// are made at once.
const (
	drawers = 4
	piece   = 2048 // draws
)

// inPieces calls fn for 0 ≤ n < size, on several goroutines with a generator
// each.
func inPieces(size int, keys Keyring, fn func(g *generator, n int)) error {
	var generators [drawers]*generator
	return parallel.Each(context.Background(), drawers, piecesOf(size), func(_ context.Context, worker int, from int) error {
		if generators[worker] == nil {
			generators[worker] = newGenerator(keys)
		}
		for n := from; n < min(from+piece, size); n++ {
			fn(generators[worker], n)
		}
		return nil
	})
}

// piecesOf yields where each piece begins.
func piecesOf(size int) iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		for from := 0; from < size && yield(from, nil); from += piece {
		}
	}
}

// generator holds one keyed function for each kind of draw, and what is used
// again from one draw to the next.
type generator struct {
	seed, given, family, email, domain, phone *PRF

	match   localMatch
	small   []byte
	room    Room              // what has been drawn
	domains map[string]string // real ones, and what stands for them
}

func newGenerator(k Keyring) *generator {
	return &generator{
		seed: k.PRF("seed"), given: k.PRF("given"), family: k.PRF("family"),
		email: k.PRF("email"), domain: k.PRF("domain"), phone: k.PRF("phone"),
		domains: make(map[string]string),
	}
}

// mostDomains is how many domains are remembered: most addresses have one of
// few.
const mostDomains = 4096

// domainFor is PseudonymDomain.
func (g *generator) domainFor(x *Index, real string) string {
	known, ok := g.domains[real]
	if !ok {
		if len(g.domains) >= mostDomains {
			clear(g.domains)
		}
		known = x.PseudonymDomain(g.domain, real)
		g.domains[real] = known
	}
	return known
}

// drawEmails makes one address for every known e-mail, and one for every
// person without any, in the order of people and their values.
func (x *Index) drawEmails(keys Keyring) (claims []claim, moved int, err error) {
	claims = x.claims(func(p *Person) []string { return p.Real.Emails })
	near := x.nearEmails()
	moved, err = settle(claims, keys, method{func(g *generator) *PRF { return g.email }, func(dst []byte, g *generator, c *claim) []byte {
		dst = append(x.appendLocal(dst, &g.match, c), '@')
		return append(dst, g.domainFor(x, domainOf(c.real))...)
	}}, func(c *claim) bool { return near[c.value] })
	return claims, moved, err
}

// nearEmails returns the known e-mails that a generated address could be: those
// in kept domains, and under the parent of all generated ones.
func (x *Index) nearEmails() map[string]bool {
	near := make(map[string]bool)
	for i := range x.people {
		for _, email := range x.people[i].Real.Emails {
			if domain := domainOf(email); x.keep[domain] || strings.HasSuffix(domain, x.domain) {
				near[email] = true
			}
		}
	}
	return near
}

// drawPhones makes the digits of one number for every known phone, and a
// number for every person, in the order of drawEmails.
func (x *Index) drawPhones(keys Keyring) (claims []claim, moved int, err error) {
	claims = x.claims(func(p *Person) []string { return p.Real.Phones })
	x.subscribers = newSubscribers(x.people)
	x.local = newLocalNumbers(x.people, claims)
	real := realPhones{people: x.people, local: &x.local}
	real.near = real.all(real.isNear)
	moved, err = settle(claims, keys, method{func(g *generator) *PRF { return g.phone }, func(dst []byte, _ *generator, c *claim) []byte {
		size, count := len(c.real), c.count
		if size == 0 {
			size = 12
		}
		if f := x.local.of(c); f != nil {
			if count < usualDraws {
				return f.append(dst, c.draw)
			}
			count -= usualDraws
		}
		if count >= usualDraws { // all numbers of that length behind 999 are taken, or nearly
			at := len(dst)
			dst = appendPhoneDigits(dst, c.draw, size+len(unassigned))
			return append(dst[:at], dst[at+len(unassigned):]...)
		}
		return appendPhoneDigits(dst, c.draw, size)
	}}, func(c *claim) bool { return real.has(c.value) || x.subscribers.has([]byte(c.value)) })
	x.local.within(claims)
	x.apart = !slices.ContainsFunc(claims, func(c claim) bool { return c.count >= allDraws })
	return claims, moved, err
}

// PhonesApart reports whether every known number has a pseudonym of its own:
// all are drawn apart unless there are too few numbers of their length.
func (x *Index) PhonesApart() bool { return x.apart }

// unassigned is a country code of nobody's.
const unassigned = "999"

// PhoneDigits makes size digits from a draw. They begin with 999, a country
// code that is not assigned, so that nobody is ever called.
func PhoneDigits(draw uint64, size int) string {
	var room [32]byte
	return string(appendPhoneDigits(room[:0], draw, size))
}

func appendPhoneDigits(dst []byte, draw uint64, size int) []byte {
	start := len(dst)
	dst = append(dst, unassigned...)
	for len(dst)-start < size {
		dst = append(dst, byte('0'+draw%10))
		draw /= 10
		if draw == 0 { // more digits than one draw holds
			draw = 0x9E3779B97F4A7C15 ^ uint64(len(dst)-start)
		}
	}
	return dst[:start+size]
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
	_, value, ok := x.emails.get(normal)
	return value, ok
}

// PhoneFor returns the digits that stand for a known phone number, by its
// normal form.
func (x *Index) PhoneFor(normal []byte) (string, bool) {
	_, value, ok := x.phones.get(normal)
	if !ok {
		return "", false
	}
	return value[len(dialled):], true
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

// SourceDomains returns the domains of the source's own e-mails, sorted.
func (x *Index) SourceDomains() []string {
	var domains []string
	for i := range x.people {
		for _, e := range x.people[i].Real.Emails {
			domains = append(domains, domainOf(e))
		}
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

// Base32 returns the lowest 5·n bits of a draw as n characters, n ≤ 12.
func Base32(draw uint64, n int) string { return string(appendBase32(nil, draw, n)) }
