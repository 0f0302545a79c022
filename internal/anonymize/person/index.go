package person

import (
	"errors"
	"math"
	"strings"
)

// Person is one human of the source and her pseudonym.
type Person struct {
	ID     string // canonical id: "<source>:<id>" of the first-ranked record
	Locale string // as found, may be empty

	// The pseudonym. Equal in every store and run of one origin and epoch.
	Given, Family string
	Email         string // of her first-ranked e-mail, made up even if she has none
	Phone         string
	Seed          [16]byte // for what is drawn, such as a portrait
	FamilyFirst   bool     // in full: family name, given name

	// What she is really called. Never printed.
	Real Real
}

// Real holds the source's own words for a person, each without repeats, in
// the order of the sources.
type Real struct {
	Names  []Name   // distinct names
	Emails []string // normal forms
	Phones []string // normal forms
}

// Name is one name of a person as a source spells it; Full is as found or
// Given and Family joined.
type Name struct{ Given, Family, Full string }

// Full returns the pseudonym's full name, "Given Family" or as its language
// writes it.
func (p *Person) Full() string { return JoinName(p.Given, p.Family, p.FamilyFirst) }

// Initials returns the pseudonym's initials, two letters in the order of its
// full name.
func (p *Person) Initials() string {
	var b strings.Builder
	parts := [...]string{p.Given, p.Family}
	if p.FamilyFirst {
		parts = [...]string{p.Family, p.Given}
	}
	for _, part := range parts {
		for _, r := range part {
			b.WriteRune(r)
			break
		}
	}
	return strings.ToUpper(b.String())
}

// Options are what an Index is built with.
type Options struct {
	Sources     []string // declared sources in the order of the rules; it ranks records
	Keys        Keyring
	Names       *Names
	EmailDomain string   // reserved domain under which every generated address lies
	KeepDomains []string // domains that stay as they are
	Plain       bool     // pseudonyms keep nothing of the real names' form
}

// Index holds all people of a tenant. It is immutable and safe to share.
type Index struct {
	people      []Person
	numbers     numbers  // ids of records that are numbers
	ids         *table   // refs of all other records
	arena       *arena   // cards and all entries of e-mails and phones
	cards       []uint32 // where each person's begins
	emails      *table   // normal forms → pseudonyms, of every known e-mail
	phones      *table   // normal forms → pseudonyms, with what is dialled
	subscribers subscribers
	local       localNumbers
	records     int
	redrawn     int
	domain      string
	keep        map[string]bool
	real        words // of the source's names, folded
	wholes      wholes
	apart       bool // no two known numbers have one pseudonym
	longest     longest
	names       *Names
}

// longest holds lengths in characters.
type longest struct{ given, family, full, email int }

// Build joins records into people, by foreign key and by e-mail, and gives
// each a pseudonym. It sorts records in place; the result does not depend on
// their order. Records of one source that share an id are one person. It fails
// when a source was not declared.
func Build(records []Record, o Options) (*Index, error) {
	if o.Names == nil || o.EmailDomain == "" {
		return nil, errors.New("build people index: name tables and e-mail domain are required")
	}
	if err := rank(records, o.Sources); err != nil {
		return nil, err
	}
	x := &Index{records: len(records), domain: o.EmailDomain, names: o.Names, keep: make(map[string]bool, len(o.KeepDomains))}
	var left int
	x.numbers, left = newNumbers(records)
	x.ids = newTable(left, newArena(left, 24))
	for _, d := range o.KeepDomains {
		x.keep[strings.ToLower(d)] = true
	}
	normals, err := normalise(records)
	if err != nil {
		return nil, err
	}
	x.collect(records, normals, joinRecords(records, normals))
	if err := x.draw(o); err != nil {
		return nil, err
	}
	for _, a := range []*arena{x.ids.arena, x.arena} {
		if a.Len() > math.MaxUint32 { // places in it have 32 bits: room for some 30 million people
			return nil, errors.New("build people index: too many people for one run")
		}
	}
	return x, nil
}

// collect turns sets of records into people, in the order of their first
// records.
func (x *Index) collect(records []Record, normals []normal, sets union) {
	number := make([]int32, len(records)) // of the person, by the first of its records
	count := int32(0)
	for i := range records {
		if sets.find(int32(i)) == int32(i) {
			number[i] = count
			count++
		}
	}
	x.people = make([]Person, count)
	room := newRooms(records, sets, int(count))
	for i := range records {
		r := &records[i]
		root := sets.find(int32(i))
		n := number[root]
		p := &x.people[n]
		if root == int32(i) {
			p.ID = room.ref(r)
		}
		if !x.numbers.add(r.Source, r.ID, n) { // another row of the same id is the same person
			x.ids.add(Ref(r.Source, r.ID), n, "")
		}
		room.take(p, r, &normals[i])
	}
}

// Len returns the number of people.
func (x *Index) Len() int { return len(x.people) }

// Records returns the number of records that were joined.
func (x *Index) Records() int { return x.records }

// Redrawn returns how many people needed more than their first draw.
func (x *Index) Redrawn() int { return x.redrawn }

// At returns person number n, 0 ≤ n < Len.
func (x *Index) At(n int32) *Person { return &x.people[n] }

// ByID finds the person of a declared source's row.
func (x *Index) ByID(source string, id []byte) (int32, bool) {
	if n, found, known := x.numbers.get(source, id); known {
		return n, found
	}
	var room [64]byte
	ref := append(append(append(room[:0], source...), ':'), id...)
	n, _, ok := x.ids.get(ref)
	return n, ok
}

// ByEmail finds a person by the normal form of one of her e-mails.
func (x *Index) ByEmail(normal []byte) (int32, bool) {
	n, _, ok := x.emails.get(normal)
	return n, ok
}

// ByPhone finds a person by the normal form of one of her phone numbers.
func (x *Index) ByPhone(normal []byte) (int32, bool) {
	n, _, ok := x.phones.get(normal)
	return n, ok
}
