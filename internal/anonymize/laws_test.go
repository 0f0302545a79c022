package anonymize

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
)

// Digits of two values of one layout are equal only if the values are.
func TestDigitsAreOneToOne(t *testing.T) {
	a := compile(t, input(t, header)).New()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 50).Draw(t, "length")
		of := rapid.StringOfN(rapid.RuneFrom([]rune("0123456789")), n, n, n)
		x, y := of.Draw(t, "x"), of.Draw(t, "y")
		fx, _, _ := applyDigits(a, nil, []byte(x), nobody)
		fy, _, _ := applyDigits(a, nil, []byte(y), nobody)
		if (x == y) != bytes.Equal(fx, fy) || len(fx) != n || countDigits(fx) != n {
			t.Fatalf("%s and %s become %s and %s", x, y, fx, fy)
		}
	})
}

// Every number of up to three digits has its own, of every sign and notation.
func TestNumbersAreOneToOne(t *testing.T) {
	a := compile(t, input(t, header)).New()
	for _, format := range []string{"%d", "-%d", "%d.5", "%d.00", "%de3"} {
		seen := map[string]bool{}
		for n := range 1_000 {
			v := fmt.Sprintf(format, n)
			out, did, err := applyNumberDigits(a, nil, []byte(v), nobody)
			if did == kept {
				out = []byte(v) // -0
			}
			ok, _ := proper(bytes.Split(out, []byte("e"))[0])
			if err != nil || seen[string(out)] || len(out) != len(v) || !ok && n > 0 {
				t.Fatalf("%s becomes %s, %v", v, out, err)
			}
			seen[string(out)] = true
		}
	}
}

// Integers stay in their type, one to one: int2 at its ends and around 0.
func TestInt2IsOneToOne(t *testing.T) {
	a, row := one(t, "digits", Field{Form: FormInt})
	seen := map[string]bool{}
	for n := -32768; n <= 32767; n++ {
		if n == -32000 {
			n = -100 // the ends and the middle are what may go wrong
		}
		if n == 100 {
			n = 26_000
		}
		out := must(t, a, row, 1, appendBig(nil, uint64(n), 2))
		if len(out) != 2 || seen[string(out)] {
			t.Fatalf("%d becomes % x", n, out)
		}
		seen[string(out)] = true
	}
	wide := map[string]bool{}
	b, numbers := one(t, "digits", Field{Form: FormNumeric})
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int32().Draw(t, "n")
		out, err := applyTo(a, row, 1, appendBig(nil, uint64(n), 4))
		if err != nil || len(out.Bytes()) != 4 {
			t.Fatalf("%d: %v", n, err)
		}
		in, _ := encodeNumeric(nil, fmt.Appendf(nil, "%d.%02d", n, n&63))
		if out, err = applyTo(b, numbers, 1, in); err != nil {
			t.Fatalf("%d: %v", n, err)
		}
		wide[string(out.Bytes())] = true
	})
	if len(wide) < 10 {
		t.Errorf("only %d numerics", len(wide))
	}
}

// E-mails of people nobody knows stay apart, equal domains stay equal, and
// none leaves the reserved parent.
func TestUnknownEmails(t *testing.T) {
	a := compile(t, input(t, "keep_domains: [kept.example.org]\n"+header)).New()
	domains, seen := map[string]string{}, map[string]string{}
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.StringMatching(`[a-z]{1,8}(\+[a-z]{1,4})?@[a-z]{1,3}\.(com|org)`).Draw(t, "email")
		out, did, err := applyEmail(a, nil, []byte(v), nobody)
		if err != nil || did != changed {
			t.Fatalf("%s: %d, %v", v, did, err)
		}
		_, real, _ := strings.Cut(v, "@")
		local, domain, _ := strings.Cut(string(out), "@")
		if was, ok := domains[real]; ok && was != domain || !strings.HasSuffix(domain, ".example.com") {
			t.Fatalf("domain %s becomes %s and %s", real, was, domain)
		}
		domains[real] = domain
		if was, ok := seen[string(out)]; ok && was != v {
			t.Fatalf("%s and %s become one", was, v)
		}
		seen[string(out)] = v
		if strings.Contains(local, "+") != strings.Contains(v, "+") {
			t.Fatalf("%s becomes %s: the tag's shape", v, out)
		}
		if again, _, _ := applyEmail(a, nil, []byte(" "+strings.ToUpper(v)+" "), nobody); !strings.EqualFold(strings.TrimSpace(string(again)), string(out)) && !strings.Contains(v, "+") {
			t.Fatalf("%s in capitals becomes %s", v, again)
		}
	})
	if _, did, _ := applyEmail(a, nil, []byte("Help@kept.example.org"), nobody); did != kept {
		t.Error("an address of a kept domain changes")
	}
}

// IBANs stay valid, UUIDs are of version 4, and neither meets another.
func TestA22_FormatsStayValid(t *testing.T) {
	a := compile(t, input(t, header)).New()
	ibans, uuids := map[string]string{}, map[string]string{}
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.StringMatching(`[A-Z]{2}00[0-9]{11,20}[A-Z]{0,4}[0-9]{0,4}`).Draw(t, "iban")
		valid := fmt.Sprintf("%s%02d%s", v[:2], 98-remainder(v[4:]+v[:2]+"00"), v[4:])
		out, _, err := applyIBAN(a, nil, []byte(valid), nobody)
		if err != nil || len(out) != len(valid) || string(out[:2]) != v[:2] || remainder(string(out[4:])+string(out[:4])) != 1 {
			t.Fatalf("%s becomes %s, %v", valid, out, err)
		}
		if was, ok := ibans[string(out)]; ok && was != valid {
			t.Fatalf("%s and %s become one", was, valid)
		}
		ibans[string(out)] = valid
		raw := rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "uuid")
		spelled := appendUUID(nil, raw)
		id, _, err := applyUUID(a, nil, spelled, nobody)
		if err != nil || len(id) != 36 || id[14] != '4' || !strings.ContainsRune("89ab", rune(id[19])) {
			t.Fatalf("uuid %s, %v", id, err)
		}
		if was, ok := uuids[string(id)]; ok && was != string(spelled) {
			t.Fatal("two uuids become one")
		}
		uuids[string(id)] = string(spelled)
		short, _, _ := applyUUID(a, nil, []byte(hex.EncodeToString(raw)), nobody)
		if strings.ReplaceAll(string(id), "-", "") != string(short) {
			t.Fatalf("%s and %s", id, short)
		}
	})
}

// remainder is mod 97 by another way.
func remainder(s string) int64 {
	var digits strings.Builder
	for _, c := range s {
		if c >= 'A' {
			fmt.Fprint(&digits, c-'A'+10)
		} else {
			digits.WriteRune(c)
		}
	}
	n, _ := new(big.Int).SetString(digits.String(), 10)
	return n.Mod(n, big.NewInt(97)).Int64()
}

// A numeric survives decoding and encoding byte by byte.
func TestNumericRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.StringMatching(`-?(0|[1-9][0-9]{0,40})(\.[0-9]{1,40})?`).Draw(t, "n")
		raw, err := encodeNumeric(nil, []byte(v))
		if err != nil {
			t.Fatal(err)
		}
		back, err := appendNumeric(nil, raw)
		if want := strings.TrimPrefix(v, "-"); err != nil || strings.TrimPrefix(string(back), "-") != want {
			t.Fatalf("%s comes back as %s, %v", v, back, err)
		}
	})
}

// 64 goroutines of one plan, and another plan of the same input, write what
// one Anonymizer writes, each in an order of rows of its own.
func TestA06_SameOutputEverywhere(t *testing.T) {
	const rows = 50
	rules := header + `postgres:
  things: {$person: id, id: keep, n: person.name, e: email, p: phone, t: text, j: {json: {"**": scan}}, d: digits, u: uuid, c: company, s: secret, a: address, w: name, o: {shift: 30d}}
`
	fields := []Field{column("id", FormInt), column("n", FormText), column("e", FormText), column("p", FormText), column("t", FormText), column("j", FormJSONB),
		column("d", FormText), column("u", FormText), column("c", FormText), column("s", FormText), column("a", FormText), column("w", FormText), column("o", FormText)}
	run := func(p *Plan, from, step int) (out [rows]string) {
		row, err := p.Row("postgres", "things", fields)
		if err != nil {
			return [rows]string{err.Error()}
		}
		a := p.New()
		for i := range rows {
			n := (from + i*step) % rows
			a.Begin(row)
			for i, v := range [][]byte{binary.BigEndian.AppendUint32(nil, uint32(n%5)), fmt.Appendf(nil, "Jane Doe%d", n), fmt.Appendf(nil, "a%d@x%d.org", n%7, n%3), fmt.Appendf(nil, "+49 170 12345%02d", n),
				fmt.Appendf(nil, "Rose Hill %d and will+hr@other.org", n), fmt.Appendf(nil, "\x01{\"k%d\":[\"Rose Hill\",%[1]d]}", n), fmt.Append(nil, n), []byte("n/a"), fmt.Appendf(nil, "Firm %d", n),
				fmt.Appendf(nil, "y%d", n), fmt.Appendf(nil, "%d Main Street", n), fmt.Appendf(nil, "Zora Quell%d", n), []byte("2024-02-29")} {
				c, err := a.Value(i, v)
				if err != nil {
					return [rows]string{err.Error()}
				}
				out[n] += fmt.Sprintf("%q\n", c.Bytes())
			}
		}
		return out
	}
	p := compile(t, input(t, rules, fields...))
	want := run(compile(t, input(t, rules, fields...)), 0, 1)
	if len(want[1]) < 100 {
		t.Fatal(want[0])
	}
	var group sync.WaitGroup
	for n := range 64 {
		group.Go(func() {
			for i, got := range run(p, n, []int{1, 3, 7, 49}[n%4]) {
				if got != want[i] {
					t.Errorf("row %d of goroutine %d is %s, not %s", i, n, got, want[i])
				}
			}
		})
	}
	group.Wait()
}

// Two origins agree on nothing that is made up, for strangers and for people whom
// both know; one origin does on everything, in another process too.
func TestA02_OriginsDiffer(t *testing.T) {
	in := input(t, header)
	other := in
	other.Keys = keys(t, "globex")
	other.People = build(t, other, someRecords())
	one, two := compile(t, in), compile(t, other)
	if one.RulesHash() == two.RulesHash() {
		t.Error("equal plan hashes")
	}
	vars := in
	vars.Vars = map[string]string{"HASH": "other"}
	if compile(t, vars).RulesHash() == one.RulesHash() || compile(t, input(t, header)).RulesHash() != one.RulesHash() {
		t.Error("the hash does not tell variables, or is not stable")
	}
	for n := range int32(in.People.Len()) {
		if p, q := in.People.At(n), other.People.At(n); p.Full() == q.Full() || p.Email == q.Email || p.Phone == q.Phone || p.Seed == q.Seed {
			t.Errorf("two origins have %s, %s, %s and %s, %s, %s for one person", p.Full(), p.Email, p.Phone, q.Full(), q.Email, q.Phone)
		}
	}
	for rule, v := range map[string]string{
		"email": "jane%d@doe.org", "person.email": "jane%d@doe.org", "phone": "+1 202 555 014%d", "person.phone": "+1 202 555 014%d",
		"name": "Jane Doe%d", "person.name": "Jane Doe%d", "person.first": "Jane%d", "person.last": "Doe%d", "person.initials": "J%dD",
		"digits": "120%d5689", "{digits: luhn}": "120%d5689", "uuid": "0e984725-c51c-4bf4-9960-e1c80e27aba%d", "iban": "DE8937040044053201300%d", "ip": "10.1%d.2.3", "secret": "key %d",
		"company": "Firm %d", "job": "Job %d", "address": "%d Main Street", "{shift: 900d}": "2024-03-1%d", "{noise: 50%}": "5200000%d",
		"text": "ask jane%d@doe.org", "scan": `["jane%d@doe.org"]`, "{json: {a: email}}": `{"a":"jane%d@doe.org"}`, "{list: email}": "jane%d@doe.org",
	} {
		x, again, y := written(t, in, rule, v), written(t, input(t, header), rule, v), written(t, other, rule, v)
		if !slices.Equal(x, again) {
			t.Errorf("%s: one origin writes %q and %q", rule, x, again)
		}
		agreed := 0
		for n := range x {
			if x[n] == y[n] {
				agreed++
			}
		}
		if agreed > len(x)/8 { // of few jobs and initials some are equal by chance
			t.Errorf("%s: two origins agree on %d of %d values", rule, agreed, len(x))
		}
	}
}

// written passes ten values through a rule, for three people and for nobody.
func written(t *testing.T, in Input, rule, v string) (out []string) {
	t.Helper()
	fields := []Field{column("v", FormText), column("user_id", FormInt)}
	in.Fields, in.Rules = fields, parse(t, header+"postgres:\n  things: {$person: user_id, user_id: keep, v: "+rule+"}\n")
	p := compile(t, in)
	row, err := p.Row("postgres", "things", fields)
	if err != nil {
		t.Fatal(err)
	}
	a := p.New()
	for who := range uint32(4) {
		for n := range 10 {
			out = append(out, string(must(t, a, row, who, fmt.Appendf(nil, v, n))))
		}
	}
	return out
}

// What is made up is left alone the second time only where nobody is in it:
// the text of a pseudonym holds no real person.
func TestPseudonymsHoldNobody(t *testing.T) {
	p := compile(t, input(t, header))
	a := p.New()
	for i := range int32(p.in.People.Len()) {
		full := p.in.People.At(i).Full()
		if out, did, err := a.freeText(nil, []byte("ask "+full+" today"), false); did != kept || err != nil {
			t.Errorf("pseudonym %s becomes %s", full, out)
		}
	}
}

// A surname drawn for nobody is no real one of the tenant, and nobody's
// pseudonym is anybody real.
func TestA28_DrawnSurnamesAreInvented(t *testing.T) {
	p := compile(t, input(t, header))
	a := p.New()
	for n := range int32(p.in.People.Len()) {
		who := p.in.People.At(n)
		if _, real := p.in.People.ByEmail([]byte(who.Email)); real || p.in.People.RealName(who.Given, who.Family) || p.in.People.Real(who.Family) {
			t.Errorf("%s, %s is somebody real", who.Full(), who.Email)
		}
	}
	family := a.drawName([]byte("Jane"), []byte("Doe")).family
	in := input(t, header)
	records := someRecords()
	records[0].Name = "Rose " + family
	in.People = build(t, in, records)
	b := compile(t, in).New()
	if again := b.drawName([]byte("Jane"), []byte("Doe")).family; again == family {
		t.Errorf("%s is a real surname now", family)
	}
}

// Once what was drawn for a person is somebody else's real name, address or
// number, she gets another one.
func TestA28_DrawnAgain(t *testing.T) {
	in := input(t, header)
	drawn := in.People.At(0)
	for what, other := range map[string]person.Record{
		"surname": {Name: "Zora " + drawn.Family}, "address": {Name: "Zora Quell", Email: drawn.Email}, "number": {Name: "Zora Quell", Phone: drawn.Phone},
	} {
		other.Source, other.ID = "users", "9"
		again := build(t, in, append(someRecords(), other))
		rose := again.At(0)
		if rose.ID != drawn.ID || (rose.Family == drawn.Family) == (what == "surname") || what == "address" && rose.Email == drawn.Email || (rose.Phone == drawn.Phone) == (what == "number") {
			t.Errorf("%s: %s, %s, %s become %s, %s, %s", what, drawn.Full(), drawn.Email, drawn.Phone, rose.Full(), rose.Email, rose.Phone)
		}
		_, mail := again.ByEmail([]byte(rose.Email))
		_, phone := again.ByPhone([]byte(rose.Phone[1:]))
		if mail || phone || again.Real(rose.Family) {
			t.Errorf("%s: %s, %s, %s is somebody real", what, rose.Full(), rose.Email, rose.Phone)
		}
	}
}
