package person

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"
)

// shaped builds an index of people who are called so, each name given to as
// many as said.
func shaped(t *testing.T, each int, names ...string) (*Index, map[string][]*Person) {
	t.Helper()
	var records []Record
	for i, name := range names {
		for k := range each {
			records = append(records, Record{Source: "users", ID: fmt.Sprintf("%d", i*1000+k), Name: name, Locale: "fr"})
		}
	}
	x := index(t, records, options(t, "acme", "users"))
	out := make(map[string][]*Person)
	for i, name := range names {
		for k := range each {
			out[name] = append(out[name], byID(t, x, "users", fmt.Sprint(i*1000+k)))
		}
	}
	return x, out
}

// What bugs hang on in a name is in its pseudonym.
func TestA13_NamesKeepTheirShape(t *testing.T) {
	names := map[string]func(p *Person) bool{
		"Sinead O'Connor":   func(p *Person) bool { return strings.HasPrefix(p.Family, "O'") },
		"Jean-Luc Picard":   func(p *Person) bool { return strings.Count(p.Given, "-") == 1 && !strings.Contains(p.Given, " ") },
		"Jan van der Berg":  func(p *Person) bool { return strings.HasPrefix(p.Family, "van der ") },
		"Berg, Jan van der": func(p *Person) bool { return !strings.Contains(p.Full(), ",") },
		"Anna Maria Schulz": func(p *Person) bool { return strings.Count(p.Given, " ") == 1 && !strings.Contains(p.Family, " ") },
		"Eva Lefèvre":       func(p *Person) bool { return lettersOf(p.Family) == markedLetters },
		"Bénédicte Hill": func(p *Person) bool {
			return lettersOf(p.Given) == markedLetters && lettersOf(p.Family) == plainLetters
		},
		"Ana Soto":              func(p *Person) bool { return utf8.RuneCountInString(p.Family) <= shortest },
		"Ana Featherstonehaugh": func(p *Person) bool { return utf8.RuneCountInString(p.Family) > middle },
		"Ben Fox-Pitt":          func(p *Person) bool { return strings.Count(p.Family, "-") == 1 },
	}
	var list []string
	for name := range names {
		list = append(list, name)
	}
	_, people := shaped(t, fewestAlike, list...)
	for name, kept := range names {
		for _, p := range people[name] {
			if !kept(p) {
				t.Errorf("%s became %s", name, p.Full())
			}
		}
	}
}

// A form that fewer than five people share is given up for a coarser one.
func TestRareShapesAreMerged(t *testing.T) {
	_, people := shaped(t, fewestAlike-1, "Sinead O'Connor", "Jan van der Berg")
	for name, list := range people {
		for _, p := range list {
			if strings.ContainsAny(p.Full(), "'") || strings.HasPrefix(p.Family, "van ") {
				t.Errorf("%s became %s: four people are told apart by it", name, p.Full())
			}
		}
	}
	_, people = shaped(t, 3, "Sinead O'Connor", "Ann O'Neill")
	for name, list := range people {
		for _, p := range list {
			if !strings.HasPrefix(p.Family, "O'") {
				t.Errorf("%s became %s: six people share the apostrophe", name, p.Full())
			}
		}
	}
}

// Without shapes a pseudonym is one given name and one surname.
func TestPlainNames(t *testing.T) {
	o := options(t, "acme", "users")
	o.Plain = true
	var records []Record
	for i := range 20 {
		records = append(records, Record{Source: "users", ID: fmt.Sprint(i), Name: "Jean-Luc van der O'Connor"})
	}
	x := index(t, records, o)
	for n := range int32(x.Len()) {
		if p := x.At(n); strings.ContainsAny(p.Given+p.Family, " -'") {
			t.Errorf("%s is not plain", p.Full())
		}
	}
}

// A pseudonym of several words is no longer than the longest real surname, or
// than one word may be.
func TestShapesFitWhereNamesFit(t *testing.T) {
	_, people := shaped(t, 6, "Al de la Fe-Rey Paz", "Bo de la Cruz")
	most := utf8.RuneCountInString("de la Fe-Rey Paz")
	for name, list := range people {
		for _, p := range list {
			if n := utf8.RuneCountInString(p.Family); n > most {
				t.Errorf("%s became %s, %d letters", name, p.Full(), n)
			}
		}
	}
}

// No word of a surname is one that somebody really has, but for what a shape
// keeps.
func TestShapedSurnamesAreNobodys(t *testing.T) {
	x, people := shaped(t, 40, "Ben Fox-Pitt", "Luis Garcia Marquez", "Ann O'Neill")
	for _, list := range people {
		for _, p := range list {
			if x.realFamily(p.Family) {
				t.Errorf("%s holds a real surname", p.Full())
			}
		}
	}
	for word := range strings.FieldsSeq("Fox Pitt Garcia Marquez O'Neill Neill Fox-Pitt") {
		if !x.realFamily(word) {
			t.Errorf("%s is not taken for a real surname", word)
		}
	}
}

// Who joins a tenant changes hardly any pseudonym: only those whose shape
// becomes common by it.
func TestShapesAreStable(t *testing.T) {
	shapes := []string{"Anna Hill", "Bénédicte Morel", "Jean-Luc Petit", "Jan van der Berg", "Ann O'Neill", "Luis Garcia Marquez", "Eva Lefèvre"}
	var records []Record
	for i := range 22000 {
		name := shapes[0]
		if i%4 == 0 {
			name = shapes[i/4%len(shapes)]
		}
		records = append(records, Record{Source: "users", ID: fmt.Sprint(i), Name: fmt.Sprintf("%s%c%c%c", name, 'a'+i%26, 'a'+i/26%26, 'a'+i/676%26)})
	}
	few := index(t, append([]Record(nil), records[:20000]...), options(t, "acme", "users"))
	all := index(t, append([]Record(nil), records...), options(t, "acme", "users"))
	changed := 0
	for n := range int32(few.Len()) {
		p := few.At(n)
		if q, _ := all.ByID("users", []byte(strings.TrimPrefix(p.ID, "users:"))); all.At(q).Full() != p.Full() {
			changed++
		}
	}
	if changed > 2 { // a surname that has become somebody's
		t.Errorf("%d of 20,000 people got another name when 2,000 joined", changed)
	}
}

// The index of a large tenant: time for all, memory that stays.
func BenchmarkBuild(b *testing.B) {
	for _, plain := range []bool{true, false} {
		b.Run(map[bool]string{true: "plain", false: "shaped"}[plain], func(b *testing.B) {
			o := options(b, "acme", "users")
			o.Plain = plain
			for b.Loop() {
				b.StopTimer()
				records := make([]Record, 100_000)
				for i := range records {
					records[i] = Record{Source: "users", ID: fmt.Sprint(i), Locale: []string{"fr_FR", "en_GB", "de_DE"}[i%3], Email: fmt.Sprintf("user%d@acme.com", i), Phone: fmt.Sprintf("+33 6 %08d", i),
						First: []string{"Marie", "Zoë", "Jean-Luc", "Anna"}[i%4], Last: []string{"Dupont", "O'Brien", "de la Cruz", "Müller", "Featherstone"}[i%5]}
				}
				b.StartTimer()
				index(b, records, o)
			}
		})
	}
}
