package anonymize

import (
	"fmt"
	"testing"
)

// Of all numbers of four digits, the valid ones become the valid ones and the
// others the others, one to one.
func TestA22_LuhnIsOneToOne(t *testing.T) {
	a, row := one(t, "{digits: luhn}", Field{Form: FormText})
	seen := map[string]bool{}
	moved := 0
	for n := range 10_000 {
		in := fmt.Sprintf("%02d-%02d", n/100, n%100)
		out := string(must(t, a, row, 1, []byte(in)))
		if seen[out] || len(out) != len(in) || out[2] != '-' || (luhn([]byte(in)) == 0) != (luhn([]byte(out)) == 0) {
			t.Fatalf("%s becomes %s, seen %v", in, out, seen[out])
		}
		if seen[out] = true; out != in {
			moved++
		}
	}
	if moved < 9_900 {
		t.Errorf("only %d numbers are replaced", moved)
	}
	for _, card := range []string{"4111 1111 1111 1111", "490154203237518", "79927398713"} {
		if luhn([]byte(card)) != 0 {
			t.Errorf("%s is taken for invalid", card)
		}
		if out := must(t, a, row, 1, []byte(card)); luhn(out) != 0 || string(out) == card {
			t.Errorf("%s becomes %s", card, out)
		}
	}
	if out := string(must(t, a, row, 1, []byte("n/a"))); out != "n/a" {
		t.Errorf("n/a becomes %s", out)
	}
	for n := range 10 {
		out := string(must(t, a, row, 1, []byte{'0' + byte(n)}))
		if len(out) != 1 || seen[out] {
			t.Errorf("%d becomes %s, seen %v", n, out, seen[out])
		}
		seen[out] = true
	}
	if out := string(must(t, a, row, 1, []byte("4111 1111 1111 1111"))); out != "1312 1304 7837 2259" {
		t.Errorf("a card has become %s", out)
	}
}

// A column of numbers cannot keep a check digit: a zero in front would be lost.
func TestLuhnNeedsText(t *testing.T) {
	for _, form := range []Form{FormInt, FormNumeric} {
		f := column("v", form)
		f.Type = "bigint"
		in := input(t, header+"postgres:\n  things:\n    v: {digits: luhn}\n", f)
		if _, err := Compile(in); err == nil {
			t.Errorf("form %d: accepted", form)
		}
	}
}
