package person

import "testing"

// TestNoGeneratedNumberReadsAsReal: what a number of nobody becomes must not
// end, behind its code, in somebody's real number. The real ones here are made
// from what would be drawn first.
func TestNoGeneratedNumberReadsAsReal(t *testing.T) {
	prf := options(t, "acme", "users").Keys.PRF("unknown")
	unknown := []byte("442079460123")
	first := string(index(t, nil, options(t, "acme", "users")).AppendUnknownPhone(nil, prf, unknown))
	for _, code := range []string{"1", "33", "351"} {
		x := index(t, []Record{{Source: "users", ID: "1", First: "Ann", Last: "Ray", Phone: "+" + code + first[3:]}}, options(t, "acme", "users"))
		second := string(x.AppendUnknownPhone(nil, prf, unknown))
		if second[3:] == first[3:] || len(second) != len(first) {
			t.Errorf("code %s: the number drawn ends as a real one does", code)
		}
		if third := string(x.AppendUnknownPhone(nil, prf, unknown)); third != second {
			t.Errorf("code %s: drawn twice, it is another", code)
		}
	}
}

// TestNoKnownNumberReadsAsReal is the same for the numbers of people.
func TestNoKnownNumberReadsAsReal(t *testing.T) {
	ann := Record{Source: "users", ID: "1", First: "Ann", Last: "Ray", Phone: "+33612345678"}
	drawn, _ := phoneFor(index(t, []Record{ann}, options(t, "acme", "users")), "33612345678")
	bob := Record{Source: "users", ID: "2", First: "Bob", Last: "Roe", Phone: "+44" + drawn[3:]}
	if again, _ := phoneFor(index(t, []Record{ann, bob}, options(t, "acme", "users")), "33612345678"); again[3:] == drawn[3:] {
		t.Error("a person's number ends as another's real one does")
	}
}
