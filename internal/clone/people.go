package clone

import (
	"context"
	"fmt"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/ruleset"
	"github.com/tenantcopy/tenantcopy/internal/parallel"
	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// readPeople reads every declared source that this tenant has and joins the
// rows into people.
func (r *run) readPeople(ctx context.Context) error {
	var records []person.Record
	found := 0
	for _, source := range r.Rules.Sources {
		reader, err := r.readerOf(source.Store)
		if err != nil {
			return err
		}
		if reader == nil {
			continue
		}
		found++
		for record, err := range reader.People(ctx, source) {
			if err != nil {
				return err
			}
			records = append(records, record)
		}
	}
	if found == 0 && !r.Rules.NoPeople {
		return &report.Refusal{Code: report.Privacy, What: "read people", Why: "none of the stores that rules name under person: is one of this tenant's",
			Hint: "declare where this tenant keeps its people, or write people: none if it keeps none"}
	}
	var names []string
	for _, source := range r.Rules.Sources {
		names = append(names, source.Group)
	}
	index, err := person.Build(records, person.Options{
		Sources: names, Keys: r.Root.Keyring(r.Destination.Origin(), r.Epoch), Names: r.Names,
		EmailDomain: r.Rules.EmailDomain, KeepDomains: r.Rules.KeepDomains, Plain: r.Rules.Shape == ruleset.PlainShape,
	})
	if err != nil {
		return err
	}
	r.people = index
	r.manifest.People = report.PeopleCount{Records: index.Records(), People: index.Len(), Redrawn: index.Redrawn()}
	r.events.emit(report.Event{Phase: report.People, Note: fmt.Sprintf("%d people in %d records", index.Len(), index.Records())})
	return nil
}

// readerOf finds the store that holds a declared source: by its name, or the
// only one of its kind; nil when this tenant has none. Two of a kind are
// refused: people who are read from one of them only are not looked for in
// the other.
func (r *run) readerOf(store string) (Reader, error) {
	var found Reader
	for _, reader := range append(append([]Reader(nil), r.Readers...), r.People...) {
		switch {
		case reader.Name() == store:
			return reader, nil
		case tenant.KindOf(reader.Name()) != tenant.Kind(store):
		case found != nil:
			return nil, &report.Refusal{Code: report.Usage, What: "read people", Why: fmt.Sprintf("person: names %s, and this tenant has %s and %s", store, found.Name(), reader.Name()),
				Hint: "name the store in the rules, for instance " + reader.Name()}
		default:
			found = reader
		}
	}
	return found, nil
}

// eachStore runs one step in all stores at once.
func (r *run) eachStore(ctx context.Context, do func(ctx context.Context, i int) error) error {
	return parallel.All(ctx, len(r.staged), len(r.staged), do)
}
