package verify

import (
	"fmt"
	"strings"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

// A column that is kept and holds people is refused, with its place.
func TestA19_AKeptColumnOfPeople(t *testing.T) {
	for kind, values := range map[string][]string{
		"name":                     {"Jane Stonefield", "x"},
		"e-mail":                   {"x", "jane.stonefield@acme-corp.com"},
		"phone":                    {"+49 170 5550123", "x"},
		"a column of family names": {"Stonefield", "Möller", "O'Connor", "SØRENSEN", "van der Berg", "Quimby"},
	} {
		_, err := prove(t, &copied{parts: [][]string{values, {control}}, group: "notes"}, nil)
		if report.CodeOf(err) != report.Privacy || !strings.Contains(fmt.Sprint(err), "notes.name: "+kind) {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

// A copy in which the control is not found proves nothing, however clean it is.
func TestA25_WithoutItsControl(t *testing.T) {
	for name, c := range map[string]copied{
		"clean":              {parts: [][]string{{"x", "y"}}},
		"an earlier control": {parts: [][]string{{"x", "zzzzzzzzzzzz@control.tenantcopy.invalid"}}},
		"nothing to read":    {},
	} {
		expected := map[string]int64{"users": 2}
		if len(c.parts) == 0 {
			expected = nil
		}
		proof, err := prove(t, &c, expected)
		if report.CodeOf(err) != report.Mismatch || !strings.Contains(fmt.Sprint(err), "did not find the control") || proof.Controls != 0 {
			t.Errorf("%s: %v, %d controls", name, err, proof.Controls)
		}
	}
	if proof, err := prove(t, &copied{parts: [][]string{{"x", control}}}, map[string]int64{"users": 2}); err != nil || proof.Controls != 1 {
		t.Errorf("with it: %v, %d controls", err, proof.Controls)
	}
}

// A leak is found with its store and place, and what leaked is not printed. That
// each store's own copy is looked through is a law of all adapters.
func TestA24_LeaksAreFoundWithTheirPlace(t *testing.T) {
	for _, store := range []string{"postgres", "search", "redis", "blob"} {
		w := NewWanted(indexOf(t, staff()), NewControl("abcdefghijkl"), []byte("0123456789abcdef"))
		c := &copied{parts: [][]string{{"x", "ask Jane Stonefield"}, {control}}, group: "place-of-" + store}
		proof, err := Prove(t.Context(), Staged{Name: store, Scanner: c, Workers: 1}, w)
		said := fmt.Sprintf("%v %+v", err, proof)
		if report.CodeOf(err) != report.Privacy || !strings.Contains(said, store+": 1 leaks") || !strings.Contains(said, "place-of-"+store+".name: name (") || strings.Contains(strings.ToLower(said), "stonefield") {
			t.Errorf("%s: %s", store, said)
		}
		other := NewWanted(indexOf(t, staff()), NewControl("abcdefghijkl"), []byte("the key of another run"))
		again, _ := Prove(t.Context(), Staged{Name: store, Scanner: c, Workers: 1}, other)
		if len(proof.Leaks) != 1 || len(again.Leaks) != 1 || proof.Leaks[0].Hash == again.Leaks[0].Hash {
			t.Errorf("%s: without the run's key anybody could try names on %v", store, again.Leaks)
		}
	}
}

// Bytes that hold a text, bare, wide or compressed, are looked through.
func TestA30_BytesThatHoldText(t *testing.T) {
	for name, value := range map[string]string{
		"bare":       "\x00\x01\x02Jane Stonefield\x00\xff",
		"an address": "\x89\x00jane.stonefield@acme-corp.com\x00",
		"wide":       "\xff\xfeJ\x00a\x00n\x00e\x00 \x00S\x00t\x00o\x00n\x00e\x00f\x00i\x00e\x00l\x00d\x00",
		"compressed": zipped(t, "ask Jane Stonefield"),
		"coded":      "\x00\x00\x01 J\\u0061ne Stonefield \x00",
	} {
		_, err := prove(t, &copied{parts: [][]string{{value, "x"}, {control}}, group: "files"}, nil)
		if report.CodeOf(err) != report.Privacy || !strings.Contains(fmt.Sprint(err), "files.name: ") || strings.Contains(fmt.Sprint(err), "tonefield") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
