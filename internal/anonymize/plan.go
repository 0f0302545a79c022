package anonymize

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/filler"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/ruleset"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/text"
)

// Input is what a plan is compiled from.
type Input struct {
	Rules   *ruleset.Rules
	Fields  []Field
	Texts   []Text
	Demands Demands
	People  *person.Index
	Names   *person.Names
	Keys    person.Keyring
	Places  []Place
	Vars    map[string]string // values of $NAME in set

	Lock    *ruleset.Lock // the fields that a "*" of the rules may cover; nil when there is no schema.lock, and it covers none
	Locking string        // the command that pins what this source has, for messages
}

// Place is a name of the source (a host, an account's URL, a bucket, a
// prefix, the tenant's own name) and its counterpart at the destination. Text
// that is rewritten at all has them replaced.
type Place = text.Place

// Plan is the compiled rules: immutable, shared by all goroutines.
type Plan struct {
	in      Input
	dict    *text.Dictionary
	engine  *text.Engine
	beside  *text.Surroundings
	latin   *person.Table // of strangers whose names have Latin letters
	fillers *filler.Tables
	hash    string
	keys    map[string]*Keys
	blobs   map[string]*Objects
	notes   []Note

	networks []network

	scanAll *jsonRule // {"**": scan}
}

// Comments reports whether the comments on a store's objects are carried.
func (p *Plan) Comments(store string) bool {
	s := p.in.Rules.Store(store)
	return s != nil && s.Comments == "keep"
}

// New returns an Anonymizer for one goroutine. It is cheap enough for one a
// worker, not for one a record.
func (p *Plan) New() *Anonymizer {
	k := p.in.Keys
	return &Anonymizer{
		plan: p, people: p.in.People, carded: nobody,
		domain: k.PRF("domain"), unknown: k.PRF("unknown"), format: k.PRF("format"), shift: k.PRF("shift"), fill: p.newFiller(),
		arena:    make([]byte, 0, 4096), // never nil: an empty value is not NULL
		findings: make(map[Finding]int64), unfit: make(map[Misfit]int64), paths: make(map[*jsonRule]*pathCache), movers: make(map[*moved]*person.PRF), domains: make(map[string]string),
	}
}

// RulesHash tells two plans apart that would write different values: it
// covers the rules with their variables, the name tables, the key and the
// origin; not the people, on whom texts depend.
func (p *Plan) RulesHash() string { return p.hash }

// Note is something that the plan cannot promise and does not refuse, by the
// store that it is about.
type Note struct{ Store, Text string }

// Notes returns them in the order in which they were found.
func (p *Plan) Notes() []Note { return p.notes }

// planHash derives RulesHash; the PRF's output stands for key and origin, and
// the number at its end for what verbs write by the same rules: raise it when
// that changes, or a body that was copied before counts as unchanged.
func planHash(in Input) string {
	parts := [][]byte{[]byte(in.Rules.Hash), []byte(in.Rules.Names), []byte(in.Rules.EmailDomain)}
	for _, name := range slices.Sorted(maps.Keys(in.Vars)) {
		parts = append(parts, []byte(name), []byte(in.Vars[name]))
	}
	sum := sha256.Sum256(append(in.Keys.PRF("plan").Sum(parts...), 2))
	return hex.EncodeToString(sum[:8])
}

// mostNames is how many different names are remembered while the dictionary is
// built: in a large company many people share one, and each is read once.
const mostNames = 1 << 17

// buildDictionary enters every name of every person, in the order of the
// index, so that a homonym always means the same one.
func buildDictionary(people *person.Index) *text.Dictionary {
	b := text.NewBuilder(people.Len())
	known := make(map[person.Name]text.Entry)
	for i := range int32(people.Len()) {
		for _, name := range people.At(i).Real.Names {
			entry, ok := known[name]
			if !ok {
				entry = b.EnterName(name.Given, name.Family, name.Full)
				if len(known) < mostNames {
					known[name] = entry
				}
			}
			b.AddEntry(entry, i)
		}
	}
	return b.Build()
}

// Refuse returns the refusal of a plan that a store's schema does not take,
// "place: why" by line; nil when there is no line.
func (p *Plan) Refuse(lines []string) error {
	return (&compiler{in: p.in, wrong: lines}).refusal()
}
