package anonymize

import (
	"strings"
	"testing"
)

// Who stands beside an address or a number that is not hers is somebody, and
// gets the pseudonym of her name; other numbers beside an address are replaced.
func TestStrangersBeside(t *testing.T) {
	t.Parallel()
	name, mail, phone := drawer(t, "name"), drawer(t, "email"), drawer(t, "phone")
	jane, address, number := name("Jane Doe"), mail("jane@doe.org"), phone("+49 170 5550123")
	check := func(verb, in, want string) {
		t.Helper()
		if got := drawer(t, verb)(in); got != want {
			t.Errorf("%s: %q became %q, want %q", verb, in, got, want)
		}
	}
	check("email", "Jane Doe - jane@doe.org", jane+" - "+address)
	check("email", "Jane Doe: jane@doe.org", jane+": "+address)
	check("email", "jane@doe.org +49 170 5550123", address+" "+number)
	check("email", "privé : jane@doe.org, büro: jane@doe.org", "privé : "+address+", büro: "+address)
	check("email", "Alt <jane@doe.org>", "Alt <"+address+">")
	check("phone", "+49 170 5550123 (Jane Doe)", number+" ("+jane+")")
	check("phone", "Jane Doe: +49 170 5550123", jane+": "+number)
	check("phone", "Doe, Jane: +49 170 5550123", name("Doe, Jane")+": "+number)
	check("phone", "casa: +49 170 5550123 ou +49 170 5550123", "casa: "+number+" ou "+number)
	check("phone", "手机 +49 170 5550123（工作）", "手机 "+number+"（工作）")
	check("name", "Jane Doe (+49 170 5550123)", jane+" ("+number+")")
	check("name", "Jane Doe [jane@doe.org]", jane+" ["+address+"]")
	for _, in := range []string{"601 234 567 jane@doe.org", "Jane Doe (601 234 567)", "jane@doe.org / Herr Alt <jane@doe.org>"} {
		for _, verb := range []string{"email", "name"} {
			if got := drawer(t, verb)(in); strings.Contains(got, "601 234 567") || strings.Contains(got, "Alt") {
				t.Errorf("%s: %q became %q", verb, in, got)
			}
		}
	}
}

// Digits of other scripts are digits: a number has one pseudonym, however it
// is typed.
func TestFiguresOfOtherScripts(t *testing.T) {
	t.Parallel()
	phone := drawer(t, "phone")
	for _, in := range []string{"٠٩٠٥٥٥٠١٢٣٤", "۰۹۰۵۵۵۰۱۲۳۴", "०९०५५५०१२३४", "０９０５５５０１２３４"} {
		if got, want := phone(in), phone("09055501234"); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
		if got, want := phone("tel: "+in+" / "+in), phone("tel: 09055501234 / 09055501234"); got != want {
			t.Errorf("two of %q became %q, want %q", in, got, want)
		}
	}
	if got, want := phone("＋４９ １７０ １２３４５６７"), phone("+49 170 1234567"); got != want {
		t.Errorf("a known number in full width became %q, want %q", got, want)
	}
}

// Two numbers without a blank between are two.
func TestNumbersBeside(t *testing.T) {
	t.Parallel()
	phone := drawer(t, "phone")
	one, two := phone("0171 2345678"), phone("0171 2345679")
	for _, sign := range []string{"/", " / ", " - ", "; "} {
		if got := phone("0171 2345678" + sign + "0171 2345679"); got != one+sign+two {
			t.Errorf("with %q between them: %q, alone %q and %q", sign, got, one, two)
		}
	}
	if got := phone("0171/2345678"); len(got) != len("0171/2345678") || strings.Contains(got, "2345678") {
		t.Errorf("a number with a slash became %q", got)
	}
}

// An address with its signs spelled out is that address.
func TestSpelledAddresses(t *testing.T) {
	t.Parallel()
	mail := drawer(t, "email")
	for _, in := range []string{"jane at doe dot org", "jane(at)doe.org", "jane[at]doe.org", "jane @ doe.org", "jane {at} doe punkt org", "Jane (AT) Doe (DOT) org"} {
		if got, want := mail(in), mail("jane@doe.org"); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
	if got, want := mail("rose.hill at acme dot com"), mail("rose.hill@acme.com"); got != want {
		t.Errorf("a known address became %q, want %q", got, want)
	}
}

// What people write for a value that is missing ends no run, in any language,
// and names nobody.
func TestFiller(t *testing.T) {
	t.Parallel()
	verbs := map[string]func(string) string{}
	for _, verb := range []string{"email", "person.email", "phone", "person.phone", "name"} {
		verbs[verb] = drawer(t, verb)
	}
	for _, in := range []string{
		"-", "—", "?", "N/A", "n/a", "to be confirmed", "Not available", "same as above", "pas d'e-mail", "non renseigné", "NON RENSEIGNÉ", "keine Angabe", "nicht bekannt",
		"entfällt", "sin correo", "no tiene", "non disponibile", "não tem", "niet van toepassing", "nie dotyczy", "brak danych", "ej angivet", "e-posta yok", "لا يوجد", "غير معروف", "暂无", "不详",
		"なし", "該当なし", " unknown ",
	} {
		for verb, draw := range verbs {
			if got := draw(in); got != in {
				t.Errorf("%s: %q became %q", verb, in, got)
			}
		}
	}
	for _, initials := range []string{"K. A.", "N.R.", "ND"} { // somebody's, perhaps
		if got := verbs["name"](initials); got == initials {
			t.Errorf("name: %q stays", initials)
		}
	}
}

// What stands beside a name, within it or behind it makes nobody else of her.
func TestOneNameOnePerson(t *testing.T) {
	t.Parallel()
	name := drawer(t, "name")
	jane, otto := name("Jane Doe"), name("Otto Grimm")
	for in, want := range map[string]string{
		"* Jane Doe":                    "* " + jane,
		"Jane Doe †":                    jane + " †",
		"Jane Doe*":                     jane + "*",
		`Jane "Zazou" Doe`:              jane,
		"Jane (Zazou) Doe":              jane,
		"Jane 'Zazou' Doe":              jane,
		"Jane Doe - Human Resources":    jane + " - Human Resources",
		"Jane Doe, Ressources humaines": jane + ", Ressources humaines",
		"Jane Doe (décédée)":            jane + " (décédée)",
		"Jane Doe et Otto Grimm":        jane + " et " + otto,
		"Jane Doe y Otto Grimm":         jane + " y " + otto,
		"Jane Doe - Otto Grimm":         jane + " - " + otto,
		"Jane Doe née Grimm":            jane + " née " + name("Grimm"),
		"Jane Doe geb. Grimm":           jane + " geb. " + name("Grimm"),
		"Jane Doe z domu Grimm":         jane + " z domu " + name("Grimm"),
		"Jane Doe kızlık soyadı Grimm":  jane + " kızlık soyadı " + name("Grimm"),
		"mgr inż. Jane Doe":             "mgr inż. " + jane,
		"الدكتورة Jane Doe":             "الدكتورة " + jane,
		"Dott.ssa Jane Doe":             "Dott.ssa " + jane,
	} {
		if got := name(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
	if got := name("José Ortega y Gasset"); strings.Contains(got, " y ") {
		t.Errorf("one name became two: %q", got)
	}
	if got := name("Jane Doe #12345"); !strings.HasPrefix(got, jane+" #") || strings.Contains(got, "12345") {
		t.Errorf("a personnel number stays: %q", got)
	}
	rose := compile(t, input(t, header)).in.People.At(0)
	for _, in := range []string{`Rose "Rosie" Hill`, "Rose Hill née Stone", "Rose Hill - Sales", "Rose Hill, Sales", "* Rose Hill"} {
		if got := name(in); !strings.Contains(got, rose.Full()) {
			t.Errorf("%q became %q, not %q", in, got, rose.Full())
		}
	}
}
