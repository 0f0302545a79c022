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

// TestNoPartReadsAsReal: a number is written in groups, and any of them side by
// side may be what somebody's number is without its code.
func TestNoPartReadsAsReal(t *testing.T) {
	const generated = "999545227753911"
	for _, c := range []struct {
		real string
		part bool
	}{
		{"5452277539", true},      // behind the code, of somebody whose number is kept without one
		{"33545227753", true},     // behind the code, with groups behind it
		{"9954522775", true},      // +9 995 452 277 5
		{"1227753911", true},      // the last groups: what follows a code of one digit
		{"227753911", true},       // the same, kept without one
		{"05452277539", true},     // as it is dialled within a country
		{"45227753", false},       // part of it, but neither behind the code nor long
		{"7753911", false},        // so few digits are a serial number
		{"49545227753999", false}, // it goes on otherwise
	} {
		s := newSubscribers([]Person{{Real: Real{Phones: []string{c.real}}}})
		if got := s.has([]byte(generated)); got != c.part {
			t.Errorf("somebody's number is %s: %s reads as it: %t", c.real, generated, got)
		}
	}
	padded := newSubscribers([]Person{{Real: Real{Phones: []string{"5012875"}}}})
	if !padded.has([]byte("999105012875")) {
		t.Error("a zero in front makes a number of seven digits one that is dialled")
	}
}
