package person

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// crowd makes 30,000 people whose names have every form that a shape keeps, in
// ten scripts and locales, with addresses by many schemes, some of them shared,
// a second row for every seventh of them, and numbers of many lengths, some of
// which are short of pseudonyms.
func crowd() []Record {
	r := rand.New(rand.NewPCG(3, 4))
	one := func(list string) string {
		words := strings.Split(list, "|")
		return words[r.IntN(len(words))]
	}
	locales := "||de|de_AT|en|fr|es|it|pl|sv|nl|pt_BR.UTF-8|vi|xx"
	givens := "Anna|Jean-Luc|María José|Zoë|Bénédicte|Olga|Øystein|Kim|R.|Łukasz|Nguyễn|Jörg Ulrich|josé"
	starts := "Ber|Mül|Gar|O'Con|Le|Kow|St|Möl|Fer|D’Ar|Hö|Ny|Ål|SS"
	ends := "ger|ler|cía|nor|fèvre|alska|ein|nández|c|quist|borg|ström|ová|ić"
	fronts := "|||||van der |de la |von |Fox-|Hill |VAN DEN "
	var out []Record
	others := abroad()
	for i := range 30_000 {
		given, family := one(givens), one(fronts)+one(starts)+one(ends)+[]string{"", fmt.Sprint(i % 300)}[r.IntN(2)]
		local := strings.NewReplacer("{g}", given, "{f}", family, "{i}", given[:1], "{n}", fmt.Sprint(i%1000)).Replace(one("{g}.{f}|{i}{f}|{f}{n}|{g}{n}|{g}_{i}|info{n}|{f}+news|x{n}"))
		p := Record{Source: "users", ID: fmt.Sprint(i), First: given, Last: family, Locale: one(locales)}
		switch i % 11 {
		case 0:
			p.Name, p.First, p.Last = given+" "+family, "", ""
		case 1:
			p.Name, p.First, p.Last = family+", "+given, "", ""
		case 2:
			p.Name, p.First, p.Last = others[i/11%len(others)].Name, "", ""
		}
		if i%8 > 0 {
			p.Email = strings.ReplaceAll(local, " ", "") + "@" + one("Acme.com|globex.org|kept.example.org|d-abc234.example.com|mail.example.net")
		}
		if i%5 > 0 {
			p.Phone = fmt.Sprintf(one("+49 170 %07d|0049-30-%07[1]d|999%07[1]d|+1 (202) %07[1]d|%07[1]d"), r.IntN(9_000_000))
		}
		out = append(out, p)
		if i%7 == 0 {
			p.Source, p.Links, p.Email = "employees", []string{Ref("users", p.ID), "users:none"}, fmt.Sprintf("second.%s@acme.com", p.ID)
			p.Phone, p.Locale = "+44 20 "+fmt.Sprintf("%08d", i), "en"
			out = append(out, p)
		}
	}
	return out
}
