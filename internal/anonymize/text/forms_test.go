package text

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestForms(t *testing.T) {
	for _, c := range []struct {
		given, family, full string
		want                []string
	}{
		{"Rose", "Hill", "Rose Hill", []string{"1 Rose Hill", "2 Hill Rose", "3 Hill, Rose", "4 R. Hill", "5 Hill R.", "6 Hill, R.", "7 Hill", "8 Rose"}},
		{"", "", "Hill,  Rose", []string{"3 Hill, Rose", "1 Rose Hill", "2 Hill Rose", "4 R. Hill", "5 Hill R.", "6 Hill, R.", "7 Hill", "8 Rose"}},
		{"", "", "Cher", []string{"7 Cher"}},
		{"Rose", "", "", []string{"8 Rose"}},
		{"", "Hill", "", []string{"7 Hill"}},
		{"R.", "Hill", "", []string{"4 R. Hill", "5 Hill R.", "6 Hill, R.", "7 Hill"}},
		{"", "", "n/a", nil}, {"", "", "", nil}, {"", "", "-", nil}, {"", "", "4711", nil},
		{"小明", "王", "", []string{"2 王小明", "7 王", "8 小明"}},
		{"", "", "山田 太郎", []string{"2 山田 太郎", "2 山田太郎", "7 山田", "8 太郎"}},
		{"", "", "Jan van der Berg", []string{
			"1 Jan van der Berg", "2 van der Berg Jan", "3 van der Berg, Jan", "4 J. van der Berg", "5 van der Berg J.", "6 van der Berg, J.",
			"1 Jan Berg", "2 Berg Jan", "3 Berg, Jan", "4 J. Berg", "5 Berg J.", "6 Berg, J.",
			"3 Berg, Jan van der", "7 van der Berg", "7 Berg", "8 Jan",
		}},
		{"Jean-Luc Marie", "Picard-Roux", "", []string{
			"1 Jean-Luc Marie Picard-Roux", "2 Picard-Roux Jean-Luc Marie", "3 Picard-Roux, Jean-Luc Marie",
			"1 Jean-Luc Picard-Roux", "2 Picard-Roux Jean-Luc", "3 Picard-Roux, Jean-Luc",
			"4 J.-L. M. Picard-Roux", "5 Picard-Roux J.-L. M.", "6 Picard-Roux, J.-L. M.",
			"4 J. Picard-Roux", "5 Picard-Roux J.", "6 Picard-Roux, J.",
			"1 Jean-Luc Marie Picard", "2 Picard Jean-Luc Marie", "3 Picard, Jean-Luc Marie",
			"1 Jean-Luc Picard", "2 Picard Jean-Luc", "3 Picard, Jean-Luc",
			"4 J.-L. M. Picard", "5 Picard J.-L. M.", "6 Picard, J.-L. M.",
			"4 J. Picard", "5 Picard J.", "6 Picard, J.",
			"7 Picard-Roux", "7 Picard", "7 Roux", "8 Jean-Luc Marie", "8 Jean-Luc", "8 Marie",
		}},
	} {
		var got []string
		for _, f := range Forms(c.given, c.family, c.full) {
			got = append(got, fmt.Sprintf("%d %s", f.Kind, f.Phrase))
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("Forms(%q, %q, %q): %s", c.given, c.family, c.full, diff)
		}
	}
}

// TestRender finds each mention by the forms of its person and writes a pseudonym over it.
func TestRender(t *testing.T) {
	people := [][2]string{{"Rose", "Hill"}, {"Jean-Luc", "Picard"}, {"Jan", "van der Berg"}, {"Sean", "O'Connor"}, {"小明", "王"}, {"Anna Maria", "Smith"}}
	b := NewBuilder(0)
	for i, p := range people {
		for _, f := range Forms(p[0], p[1], "") {
			b.Add(f.Phrase, int32(i), f.Kind)
		}
	}
	d := b.Build()
	for _, c := range []struct{ in, given, family, want string }{
		{"Rose Hill", "Iris", "Falk", "Iris Falk"},
		{"Rose  Hill", "Iris", "Falk", "Iris  Falk"},
		{"ROSE HILL", "Iris", "Falk", "IRIS FALK"},
		{"rose hill", "Iris", "Falk", "iris falk"},
		{"Rose HILL", "Iris", "Falk", "Iris FALK"},
		{"HILL Rose", "Iris", "Falk", "FALK Iris"},
		{"Hill, Rose", "Iris", "Falk", "Falk, Iris"},
		{"HILL,Rose", "Iris", "Falk", "FALK,Iris"},
		{"R. Hill", "Iris", "Falk", "I. Falk"},
		{"R.Hill", "Iris", "Falk", "I.Falk"},
		{"r hill", "Iris", "Falk", "i falk"},
		{"Hill, R", "Iris", "Falk", "Falk, I"},
		{"Hill R", "Élodie", "Falk", "Falk É"},
		{"Hill", "Iris", "van Falk", "Falk"},
		{"HILL", "Iris", "Frölich", "FRÖLICH"},
		{"Rose", "Iris Ann", "Falk", "Iris"},
		{"rose.hill", "Iris", "van Falk", "iris.van.falk"},
		{"rose_hill", "Iris Ann", "Falk", "iris_ann_falk"},
		{"Jean-Luc Picard", "Iris", "Falk", "Iris Falk"},
		{"jean-luc-picard", "Iris", "Falk", "iris-falk"},
		{"J.-L. Picard", "Iris", "Falk", "I. Falk"},
		{"Picard, Jean-Luc", "Iris", "Falk", "Falk, Iris"},
		{"Jan van der Berg", "Iris", "Falk", "Iris Falk"},
		{"Jan van der Berg", "Iris", "van Falk", "Iris van Falk"},
		{"Berg, Jan van der", "Iris", "Falk", "Falk, Iris"},
		{"van der Berg", "Iris", "van Falk", "van Falk"},
		{"Berg", "Iris", "van Falk", "Falk"},
		{"O'Connor", "Iris", "O'Falk", "O'Falk"},
		{"Sean O’Connor", "Iris", "O’Falk", "Iris O’Falk"},
		{"王小明", "美玲", "陈", "陈美玲"},
		{"Anna Maria Smith", "Iris", "Falk", "Iris Falk"},
		{"Anna Smith", "Iris", "Falk", "Iris Falk"},
		{"Rose\nHill", "Iris", "Falk", "Iris\nFalk"},
	} {
		m, ok := d.Lookup([]byte(c.in))
		if !ok {
			t.Errorf("%q is not found", c.in)
			continue
		}
		if got := string(Render([]byte("x"), m, []byte(c.in), c.given, c.family)); got != "x"+c.want {
			t.Errorf("Render(%q, kind %d) = %q, want %q", c.in, m.Kind, got, "x"+c.want)
		}
	}
}

func TestCasePattern(t *testing.T) {
	for _, c := range [][3]string{
		{"HILL", "Falk", "FALK"}, {"hill", "Falk", "falk"}, {"Hill", "falk", "Falk"}, {"H", "falk", "Falk"}, {"McHill", "falk", "falk"},
		{"王", "Falk", "Falk"}, {"", "Falk", "Falk"}, {"Hill", "", ""}, {"Rose hill", "éa bc", "Éa bc"}, {"42", "x", "x"},
	} {
		if got := CasePattern([]byte(c[0]), []byte(c[1])); string(got) != c[2] {
			t.Errorf("CasePattern(%q, %q) = %q, want %q", c[0], c[1], got, c[2])
		}
	}
}
