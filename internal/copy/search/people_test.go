package search

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

// TestPeople reads people however their documents are spelled.
func TestPeople(t *testing.T) {
	b := newBed(t)
	b.prod.put(t, b.prefix+"profiles",
		doc{"1", "", `{"user":{"id":17,"mail":"a@x.test"},"name":"Ann One","other":"not asked for"}`},
		doc{"2", "", `{"user.id":18,"user":{"mail":["b@x.test","c@x.test"]},"name":null}`},
		doc{"3", "", `{"name":"nobody's id"}`},
		doc{"4", "", `{"user":[{"x":1},{"id":"19"}],"name":true}`})
	b.prod.put(t, b.prefix+"jobs", doc{"1", "", `{"title":"x"}`})
	r := b.open(t.Context(), t, b.session())
	if _, err := r.Survey(t.Context()); err != nil {
		t.Fatal(err)
	}
	read := func(where person.Columns) (map[string]person.Record, error) {
		got := make(map[string]person.Record)
		for p, err := range r.People(t.Context(), where) {
			if err != nil {
				return got, err
			}
			got[p.ID] = p
		}
		return got, nil
	}
	got, err := read(person.Columns{Group: "profiles", ID: "user.id", Email: "user.mail", Name: "name"})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]person.Record{
		"17": {Source: "profiles", ID: "17", Name: "Ann One", Email: "a@x.test"},
		"18": {Source: "profiles", ID: "18", Email: "b@x.test"},
		"19": {Source: "profiles", ID: "19", Name: "true"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	got, err = read(person.Columns{Group: "prof*", ID: "_id", Name: "name"})
	if err != nil || len(got) != 4 || got["1"].Name != "Ann One" {
		t.Errorf("by _id: %d people, %v", len(got), err)
	}
	_, err = read(person.Columns{Group: "users", ID: "_id", Name: "name"})
	wantCode(t, err, report.NotFound)
	for range r.People(t.Context(), person.Columns{Group: "profiles", ID: "_id", Name: "name"}) {
		break
	}
}
