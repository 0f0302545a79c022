package verify

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

// copied is a staged copy in memory: parts of values.
type copied struct {
	parts [][]string
	group string
	err   error
}

func (c *copied) Plant(context.Context, Control) error   { return nil }
func (c *copied) Unplant(context.Context, Control) error { return nil }

func (c *copied) Parts(context.Context) iter.Seq2[Part, error] {
	return func(yield func(Part, error) bool) {
		for i, values := range c.parts {
			part := Part{ID: fmt.Sprint("users/", i), Scan: func(_ context.Context, in *Inspector) error {
				for _, v := range values {
					in.Record(c.group)
					in.Value(c.group, "name", []byte(v))
				}
				return c.err
			}}
			if !yield(part, nil) {
				return
			}
		}
	}
}

func prove(t *testing.T, c *copied, expected map[string]int64) (report.StoreProof, error) {
	t.Helper()
	w := NewWanted(indexOf(t, staff()), NewControl("abcdefghijkl"), []byte("0123456789abcdef"))
	if c.group == "" {
		c.group = "users"
	}
	return Prove(t.Context(), Staged{Name: "postgres", Scanner: c, Expected: expected, Workers: 3}, w)
}

const control = "abcdefghijkl@control.tenantcopy.invalid"

func TestProve(t *testing.T) {
	two := map[string]int64{"users": 2}
	for _, tc := range []struct {
		name     string
		copied   copied
		expected map[string]int64
		code     report.Code // "" when it is proved
		why      string
	}{
		{"clean", copied{parts: [][]string{{"x"}, {control}}}, two, "", ""},
		{"a leak", copied{parts: [][]string{{"Jane Stonefield"}, {control}}}, two, report.Privacy, "users.name: name ("},
		{"a leak before anything else", copied{parts: [][]string{{"Jane Stonefield"}}}, nil, report.Privacy, "1 leaks"},
		{"the same leak many times", copied{parts: [][]string{{"Jane Stonefield", "JANE STONEFIELD"}, {"jane-stonefield", control}}}, nil, report.Privacy, "1 leaks"},
		{"a record missing", copied{parts: [][]string{{control}}}, two, report.Mismatch, "users: 2 copied, 1 found"},
		{"a record more", copied{parts: [][]string{{control, "x", "y"}}}, two, report.Mismatch, "users: 2 copied, 3 found"},
		{"a group more", copied{parts: [][]string{{control, "x"}}, group: "other"}, map[string]int64{}, report.Mismatch, "other: 0 copied, 2 found"},
		{"a group missing", copied{parts: [][]string{{control, "x"}}}, map[string]int64{"users": 2, "orders": 1}, report.Mismatch, "orders: 1 copied, 0 found"},
		{"an empty group", copied{parts: [][]string{{control, "x"}}}, map[string]int64{"users": 2, "orders": 0}, "", ""},
		{"it cannot be read", copied{parts: [][]string{{control}}, err: &report.Error{Code: report.Transient, Op: "read rows"}}, two, report.Transient, "read the staged copy back [users/0]"},
		{"it fails", copied{parts: [][]string{{control}}, err: errors.New("plain")}, two, report.Failed, "postgres destination"},
	} {
		proof, err := prove(t, &tc.copied, tc.expected)
		if tc.code == "" {
			if err != nil || proof.Controls != 1 || proof.Records != 2 || proof.Values != 2 || proof.Bytes == 0 || len(proof.Leaks) > 0 {
				t.Errorf("%s: %v, %+v", tc.name, err, proof)
			}
			continue
		}
		if err == nil || report.CodeOf(err) != tc.code || !strings.Contains(err.Error(), tc.why) {
			t.Errorf("%s: %v, want %s with %q", tc.name, err, tc.code, tc.why)
		}
		if text := strings.ToLower(fmt.Sprintf("%v %+v", err, proof)); strings.Contains(text, "stonefield") {
			t.Errorf("%s: the leak is printed: %s", tc.name, text)
		}
	}
}

// A family name or a short number alone proves nothing, a column of them does.
func TestColumns(t *testing.T) {
	repeat := func(n int, values ...string) (all []string) {
		for range n {
			all = append(all, values...)
		}
		return all
	}
	families := []string{"Stonefield", "Möller", "O'Connor", "SØRENSEN", "van der Berg", "Quimby"}
	for _, tc := range []struct {
		name   string
		values []string
		kind   string
	}{
		{"family names", families, "a column of family names"},
		{"family names, some of them strange", append(repeat(1, families...), "Other"), "a column of family names"},
		{"family names and empty values", append(repeat(5, "", " "), families...), "a column of family names"},
		{"one name again and again", repeat(50, "Quimby"), ""},
		{"two names", repeat(50, "Quimby", "Stonefield"), ""},
		{"places, some of them names", repeat(5, "Hill", "Berg", "Grant", "Paris", "London", "Rome", "Oslo"), ""},
		{"other names", repeat(5, "Zorvik", "Quintalo", "Brambek", "Stonefield"), ""},
		{"short numbers", append(repeat(1, "5551234", "2025550147", "0305557788"), "305557788"), "a column of phone numbers"},
		{"numbers, one of them a phone's", []string{"5551233", "5551234", "5551235", "5551236", "5551237", "5551238"}, ""},
	} {
		half := len(tc.values) / 2
		c := &copied{parts: [][]string{tc.values[:half], tc.values[half:], {control}}}
		proof, err := prove(t, c, map[string]int64{"users": int64(len(tc.values) + 1)})
		switch {
		case tc.kind == "" && err != nil:
			t.Errorf("%s: %v", tc.name, err)
		case tc.kind != "" && (report.CodeOf(err) != report.Privacy || len(proof.Leaks) != 1 || proof.Leaks[0].Kind != tc.kind || !strings.Contains(err.Error(), "users.name: "+tc.kind)):
			t.Errorf("%s: %v, %+v", tc.name, err, proof.Leaks)
		}
	}
}

// A place that leaks all the time does not hide another, nor does a value that
// comes again and again hide those after it.
func TestInspectorBoundsItsLists(t *testing.T) {
	in := inspector(t)
	for range 3 * maxLeaks {
		in.Value("users", "name", []byte("Jane Stonefield"))
	}
	for i := range 3 * maxLeaks {
		in.Value("users", "email", fmt.Appendf(nil, "nobody%d@elsewhere.com", i))
	}
	in.Value("orders", "note", []byte("Jane Stonefield"))
	places := make(map[string]int)
	hashes := make(map[string]bool)
	for _, l := range in.listed() {
		places[l.Place]++
		if l.Kind == "name" {
			hashes[l.Hash] = true
		}
	}
	if places["users.name"] != 1 || places["users.email"] != maxLeaks || places["orders.note"] != 1 || in.leaked != 6*maxLeaks+1 {
		t.Errorf("listed %v of %d", places, in.leaked)
	}
	if len(hashes) != 1 || hashes[""] {
		t.Error("two hits of one value cannot be told to be the same")
	}
	other := NewWanted(in.w.people, NewControl("abcdefghijkl"), []byte("another key of this run")).NewInspector()
	other.Value("users", "c0", []byte("Jane Stonefield"))
	if hashes[other.listed()[0].Hash] {
		t.Error("the hash does not depend on the run's key")
	}
	if in.Clean("users", "name", []byte("Jörg Möller")) || !in.Clean("users", "name", []byte("nobody")) {
		t.Error("Clean is wrong")
	}
	if len(in.records) > 0 {
		t.Error("values were counted as records")
	}
}

func TestSet(t *testing.T) {
	k := newHasher()
	s := newSet(0)
	hash := func(i int) uint64 { return k.bytes(fmt.Append(nil, i)) }
	for i := range 5000 {
		s.add(hash(i))
		s.add(hash(i))
	}
	s.add(0)
	if s.n != 5001 || !s.has(0) || !s.has(1) {
		t.Errorf("%d entries", s.n)
	}
	for i := range 5000 {
		if !s.has(hash(i)) {
			t.Fatalf("%d is missing", i)
		}
		if s.has(hash(i + 5000)) {
			t.Fatalf("%d is in the set", i+5000)
		}
	}
}
