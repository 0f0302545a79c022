package text

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"strings"
	"testing"
)

// The forms of many names are what they were, and so is the dictionary of them:
// whatever is done to make them faster.
func TestFormsOfACrowd(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	pick := func(list string) string {
		words := strings.Split(list, "|")
		return words[r.IntN(len(words))]
	}
	const givens = "Rose|rose|R.|J|Jean-Luc|Anna Maria|María  José|  Zoë|Øystein|王|小明|さとし|N/A|X1|Иван Петрович|\u00a0Eva\t|J.R.R.|O"
	const families = "Hill|HILL|van der Berg|O'Connor|D’Arcy|Fox-Pitt|García Márquez|de la Cruz|Li|Ng|B|Müller|von|佐藤|Петров|- |Mc Donald|al-Masri|x2|Ó Briain|St. John|A_B|\ufeffLee"
	b, sum := NewBuilder(0), fnv.New64a()
	for i := range int32(20_000) {
		given, family := pick("|"+givens), pick("|"+families)
		full := pick("|" + given + " " + family + "|" + family + ", " + given + "|" + family + " " + given + "|" + given + "|Dr. " + given + " " + family)
		forms := Forms(given, family, full)
		fmt.Fprintln(sum, given, family, full, forms)
		b.AddEntry(b.Enter(forms), i%3_000)
		b.Add(full, i%3_000, Full)
	}
	d := b.Build()
	for range 3_000 {
		text := pick(givens) + pick(" |  |, |-") + pick(families) + pick("||'s|s") + pick(" | and ") + pick(givens)
		m, ok := d.Lookup([]byte(text))
		fmt.Fprintln(sum, text, d.Find(nil, []byte(text)), m, ok)
	}
	if got, want := fmt.Sprintf("%x", sum.Sum64()), "23979bcb4e54d1fb"; got != want {
		t.Errorf("the sum is %s and was %s", got, want)
	}
}
