package verify

import (
	"strconv"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

const testKey = "00112233445566778899aabbccddeeff102132435465768798a9bacbdcedfe0f"

// indexOf builds an index over one source, users.
func indexOf(t testing.TB, records []person.Record) *person.Index {
	t.Helper()
	return indexKeeping(t, records, "kept.example")
}

// indexKeeping is indexOf with kept domains.
func indexKeeping(t testing.TB, records []person.Record, domains ...string) *person.Index {
	t.Helper()
	return indexUnder(t, testKey, records, domains...)
}

// indexUnder is indexKeeping under a key.
func indexUnder(t testing.TB, key string, records []person.Record, domains ...string) *person.Index {
	t.Helper()
	root, err := person.ParseRoot(tenant.NewSecret(key))
	if err != nil {
		t.Fatal(err)
	}
	names, err := person.NamesVersion("v1")
	if err != nil {
		t.Fatal(err)
	}
	for i := range records {
		records[i].Source = "users"
		records[i].ID = strconv.Itoa(i)
	}
	index, err := person.Build(records, person.Options{
		Sources: []string{"users"}, Keys: root.Keyring("acme", 1), Names: names, EmailDomain: "example.com", KeepDomains: domains,
	})
	if err != nil {
		t.Fatal(err)
	}
	return index
}

// staff is the tenant of the tables below.
func staff() []person.Record {
	return []person.Record{
		{First: "Jane", Last: "Stonefield", Email: "Jane.Stonefield@Acme-Corp.com", Phone: "+49 170 5550123"},
		{Name: "Jörg Möller", Email: "j.moeller@möller.de", Phone: "030 5557788"},
		{Name: "Jean-Luc O'Connor", Email: "jl+private@acme-corp.com"},
		{Name: "Åse Sørensen"}, {Name: "Łukasz Żółć"}, {Name: "van der Berg, Jan"},
		{First: "Mary Ann", Last: "Quimby", Phone: "(202) 555-0147"},
		{Name: "Will Grant"}, {Name: "Rose Hill"},
		{Name: "田中太郎"}, {First: "芳", Last: "王"}, {First: "محمد", Last: "الحسن"}, {First: "小明", Last: "王"}, {Name: "김민준 박"}, {Name: "Дмитрий Соколов"},
		{First: "Ana", Last: "Kept", Email: "ana@kept.example"},
		{Name: "Xue Ling", Phone: "5551234"}, {Name: "Mona Okonkwo", Phone: "202-601-0210"}, {Name: "Ito Barra", Phone: "101 102 10 33"}, {Name: "Šárka Lefœuvre"},
	}
}

func inspector(t testing.TB) *Inspector {
	t.Helper()
	return NewWanted(indexOf(t, staff()), NewControl("abcdefghijkl"), []byte("0123456789abcdef")).NewInspector()
}
