package anonymize

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/jpeg"
	"regexp"
	"strings"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
	"github.com/tenantcopy/tenantcopy/internal/parallel"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

// fourStores is one address in each of the four stores.
const fourStores = header + `postgres:
  things: {v: email}
search:
  "i*": {_id: keep, mail: email, note: {text: plain}}
redis:
  "mail:*": {$value: email}
blob:
  "notes/**": {$body: text, $name: text}
`

// An address agrees in the four stores, in values and in a blob's name, whatever its
// case and blanks.
func TestA03_StoresAgree(t *testing.T) {
	p := compile(t, input(t, fourStores, column("v", FormText)))
	for _, forms := range [][2]string{{"Jane@ACME.com ", "jane@acme.com"}, {" Rose.Hill@Acme.com", "rose.hill@acme.com"}} {
		got := map[string]bool{}
		for _, in := range forms {
			for _, out := range inEveryStore(t, p, in) {
				got[strings.ToLower(strings.TrimSpace(out))] = true
			}
		}
		for out := range got {
			if len(got) != 1 || !strings.HasSuffix(out, ".example.com") {
				t.Errorf("one address becomes %q", out)
			}
		}
	}
}

// inEveryStore passes an address through each store's way.
func inEveryStore(t *testing.T, p *Plan, in string) []string {
	t.Helper()
	a := p.New()
	row, err := p.Row("postgres", "things", []Field{column("v", FormText)})
	if err != nil {
		t.Fatal(err)
	}
	a.Begin(row)
	c, err := a.Value(0, []byte(in))
	if err != nil {
		t.Fatal(err)
	}
	out := []string{string(bytes.Clone(c.Bytes()))}
	d, err := p.Documents("search", "i1")
	if err != nil {
		t.Fatal(err)
	}
	doc := string(indexed(t, a, d, `{"mail":"`+in+`","note":"`+in+`"}`).Source.Bytes())
	for _, m := range regexp.MustCompile(`"(?:mail|note)":"([^"]*)"`).FindAllStringSubmatch(doc, -1) {
		out = append(out, m[1])
	}
	begin(t, a, "mail:1")
	if c, _, err = a.Text([]byte(in)); err != nil {
		t.Fatal(err)
	}
	out = append(out, string(bytes.Clone(c.Bytes())))
	content, _, o := body(t, a, Object{Name: "notes/" + in}, []byte(in))
	return append(out, string(content), strings.TrimPrefix(string(o.Name.Bytes()), "notes/"))
}

// Two values whose draws agree in 31 bits, as many as the seeds of common
// generators hold, have nothing in common.
func TestA05_SeedsOf64Bits(t *testing.T) {
	const folded = 1<<31 - 1
	a := compile(t, input(t, header)).New()
	prf, seen, pairs := a.plan.in.Keys.PRF("fill"), map[uint64]int{}, 0
	for n := range 300_000 {
		value := func(n int) []byte { return fmt.Appendf(nil, "%d", n) }
		draw := prf.Draw([]byte("number"), nil, value(n))
		at := uint64((int64(draw)%folded + folded) % folded)
		other, ok := seen[at]
		if seen[at] = n; !ok || len(value(n)) != len(value(other)) {
			continue
		}
		pairs++
		if x, y := a.fill.Address(nil, value(n)), a.fill.Address(nil, value(other)); bytes.Equal(x, y) {
			t.Errorf("%d and %d both become %s", n, other, x)
		}
	}
	if pairs == 0 {
		t.Error("no two values have such draws")
	}
}

// locals is what stands in front of an at sign, and domains are the hosts that a
// text names.
var locals, domains = regexp.MustCompile(`[^\s<@]+@`), regexp.MustCompile(`(?i)[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z]{2,}\b`)

// No verb writes a domain that is neither reserved nor kept: mail to it would
// reach somebody.
func TestA09_DomainsAreReserved(t *testing.T) {
	found := 0
	for _, name := range []string{"email", "person.email", "text", "scan", "name", "person.name", "company", "job", "address", "secret"} {
		f := column("v", FormText)
		in := input(t, "keep_domains: [kept.org]\n"+header+"postgres:\n  things: {v: "+name+"}\n", f)
		p := compile(t, in)
		row, err := p.Row("postgres", "things", []Field{f})
		if err != nil {
			t.Fatal(err)
		}
		a := p.New()
		for n := range 400 {
			for _, v := range []string{"person%d@firm%[1]d.com", "Rose.Hill+%d@acme.com", "ask p%d@mail.firm.de or <a@b%[1]d.org>", "help%d@kept.org", "%d@x.co.uk"} {
				a.Begin(row)
				c, err := a.Value(0, fmt.Appendf(nil, v, n))
				if err != nil {
					continue
				}
				for _, d := range domains.FindAllString(locals.ReplaceAllString(string(c.Bytes()), "@"), -1) {
					if found++; d != "example.com" && !strings.HasSuffix(d, ".example.com") && d != "kept.org" {
						t.Fatalf("%s writes the domain %s", name, d)
					}
				}
			}
		}
	}
	if found < 1000 {
		t.Errorf("only %d domains were seen", found)
	}
}

// All spellings of a name are one person.
func TestA10_SpellingsAreOnePerson(t *testing.T) {
	in := input(t, header)
	in.People = build(t, in, append(someRecords(), person.Record{Source: "users", ID: "4", Name: "Søren Ødegård"}, person.Record{Source: "users", ID: "5", Name: "Łukasz Żółć"}, person.Record{Source: "users", ID: "6", Name: "Дмитрий Соколов"}))
	p := compile(t, in)
	a := p.New()
	for n, spellings := range map[int32][]string{
		1: {"Jörg Möller", "Joerg Moeller", "Jo\u0308rg Mo\u0308ller", "JÖRG MÖLLER", "JO\u0308RG MO\u0308LLER", "JOERG MOELLER", "Jorg Moller", "Möller, Jörg", "Moeller, Joerg"},
		3: {"Søren Ødegård", "SØREN ØDEGÅRD", "Soeren Oedegaard", "Soren Odegard", "Søren Ødega\u030ard"},
		4: {"Łukasz Żółć", "ŁUKASZ ŻÓŁĆ", "Lukasz Zolc", "Łukasz Z\u0307o\u0301łc\u0301"},
		5: {"Дмитрий Соколов", "ДМИТРИЙ СОКОЛОВ", "Дмитрии\u0306 Соколов"},
	} {
		want := p.in.People.At(n).Full()
		for _, spelled := range spellings {
			out, _, err := a.freeText(nil, []byte("ask "+spelled+" today"), false)
			got := strings.TrimSuffix(strings.TrimPrefix(string(out), "ask "), " today")
			if family, given, ok := strings.Cut(got, ", "); ok {
				got = given + " " + family
			}
			if err != nil || !strings.EqualFold(got, want) {
				t.Errorf("%q becomes %q, not %q", spelled, got, want)
			}
		}
	}
}

// A path that an array has got since the rules were written is found, and
// nothing of it is written.
func TestA17_ArraysThatGrow(t *testing.T) {
	a, row := one(t, `{json: {"people[].id": keep}}`, Field{Form: FormJSONB})
	if out := must(t, a, row, 1, []byte("\x01"+`{"people":[{"id":1},{"id":2}]}`)); len(a.Findings()) != 0 || !bytes.Contains(out, []byte(`{"id":2}`)) {
		t.Errorf("%s, %v", out, a.Findings())
	}
	out := must(t, a, row, 1, []byte("\x01"+`{"people":[{"id":1},{"id":2,"nick":"Rosie"}]}`))
	if f := a.Findings(); len(f) != 1 || f[0].Path != "v:people[].nick" || string(out) != "\x01"+`{"people":[{"id":1},{"id":2}]}` {
		t.Errorf("%s, %v", out, f)
	}
	out = must(t, a, row, 1, []byte("\x01"+`{"people":[{"id":1},"Rosie",["Rosie"]]}`))
	if f := a.Findings(); len(f) != 3 || f[0].Path != "v:people[]" || f[1].Path != "v:people[].nick" || f[2].Path != "v:people[][]" || string(out) != "\x01"+`{"people":[{"id":1},null,[null]]}` {
		t.Errorf("%s, %v", out, f)
	}
}

// A column that production has got since the rules were written is refused,
// with the line to add.
func TestA18_ANewColumn(t *testing.T) {
	rules := header + "postgres:\n  things: {id: keep}\n"
	compile(t, input(t, rules, column("id", FormInt)))
	for name, mode := range map[string]string{"a line each": "{id: keep}", "a star over what is pinned": `{"*": keep}`} {
		in := input(t, header+"postgres:\n  things: "+mode+"\n", column("id", FormInt), column("mother_name", FormText))
		in.Lock = lockOf(column("id", FormInt))
		r := refusal(t, in)
		if all := strings.Join(r.Lines, "\n"); r.Code != report.Privacy || !strings.Contains(all, "mother_name: #") || strings.Contains(all, "id: #") {
			t.Errorf("%s: %s: %s", name, r.Code, all)
		}
	}
}

// A .png that is a JPEG becomes a JPEG of its size without its metadata, and
// one that claims 40,000² pixels a stand-in.
func TestA23_AvatarsAreWhatTheyAre(t *testing.T) {
	a := objectPlan(t).New()
	var photo bytes.Buffer
	if err := jpeg.Encode(&photo, image.NewRGBA(image.Rect(0, 0, 40, 30)), nil); err != nil {
		t.Fatal(err)
	}
	exif := "Exif\x00\x00GPS 51.5 N"
	real := append(binary.BigEndian.AppendUint16([]byte{0xff, 0xd8, 0xff, 0xe1}, uint16(len(exif)+2)), exif...)
	real = append(real, photo.Bytes()[2:]...)
	out, _, _ := body(t, a, Object{Name: "avatars/1.png", Type: "image/png"}, real)
	if c, err := jpeg.DecodeConfig(bytes.NewReader(out)); err != nil || c.Width != 40 || c.Height != 30 || bytes.Contains(out, []byte("GPS")) || bytes.Contains(out, []byte("Exif")) {
		t.Errorf("%+v, %v", c, err)
	}
	huge := picture(t)
	binary.BigEndian.PutUint32(huge[16:], 40_000)
	binary.BigEndian.PutUint32(huge[20:], 40_000)
	if out, _, _ = body(t, a, Object{Name: "avatars/1.png"}, huge); len(out) == 0 || len(out) > 1<<16 || bytes.Equal(out, huge) {
		t.Errorf("a picture of 40,000² pixels becomes %d bytes", len(out))
	}
}

// No error and no panic of a verb says a word of the value.
func TestA29_NoValueIsPrinted(t *testing.T) {
	const secret = "secretive"
	failed := 0
	for _, rule := range []string{"{shift: 30d}", "{noise: 5%}", "{bucket: 5}", "{list: email}", "{json: {a: text}}", "{digits: luhn}", "iban", "ip", "uuid", "phone", "email", "name", "scan"} {
		for _, form := range []Form{FormText, FormJSON, FormJSONB, FormDate, FormInt, FormNumeric, FormTextArray, FormInet, FormUUID} {
			f := column("v", form)
			in := input(t, header+"postgres:\n  things: {v: "+rule+"}\n", f)
			p, err := Compile(in)
			if err != nil {
				continue
			}
			row, err := p.Row("postgres", "things", []Field{f})
			if err != nil {
				t.Fatal(err)
			}
			a := p.New()
			for _, v := range []string{secret, `{"` + secret + `":`, "\x01[\"" + secret, "\x00\x00" + secret + "\xff", secret + "@", "DE00" + secret} {
				a.Begin(row)
				if _, err := a.Value(0, []byte(v)); err != nil {
					if failed++; strings.Contains(spelledOut(err), secret) {
						t.Errorf("%s on form %d tells the value", rule, form)
					}
				}
			}
		}
	}
	if failed < 20 {
		t.Errorf("only %d values were refused", failed)
	}
	a, row := one(t, "text", Field{Form: FormText})
	row.steps[1].rule.apply = func(_ *Anonymizer, _, v []byte, _ int32) ([]byte, outcome, error) { panic(string(v)) }
	err := parallel.Protect(func() error { _, err := applyTo(a, row, 1, []byte(secret)); return err })
	if err == nil || strings.Contains(spelledOut(err), secret) {
		t.Error("a panic tells the value, or is lost")
	}
}

// spelledOut is all that anybody could print of an error or a list.
func spelledOut(v any) string { return fmt.Sprintf("%v %+v %#v", v, v, v) }
