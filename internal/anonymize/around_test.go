package anonymize

import (
	"bytes"
	"strings"
	"testing"
)

// drawer returns what a verb writes for a value of a text in a row of nobody.
func drawer(t testing.TB, rule string) func(v string) string {
	t.Helper()
	a, row := one(t, rule, Field{Form: FormText})
	return func(v string) string { return string(must(t, a, row, 0, []byte(v))) }
}

// What stands around an address stays, and whoever is named beside it is the
// person that she is elsewhere.
func TestAroundAddresses(t *testing.T) {
	t.Parallel()
	p := compile(t, input(t, header)).in.People
	rose, will := p.At(0), p.At(2)
	jane, mail := drawer(t, "name")("Jane Doe"), drawer(t, "email")("jane@doe.org")
	values := map[string]string{
		"mailto:rose.hill@acme.com":                                "mailto:" + rose.Email,
		"MAILTO:jane@doe.org":                                      "MAILTO:" + mail,
		"mailto:rose.hill%40acme.com":                              "mailto:" + strings.ReplaceAll(rose.Email, "@", "%40"),
		"mail/jane@doe.org":                                        "mail/" + mail,
		"mail/2024/jane@doe.org":                                   "mail/2024/" + mail,
		"<jane@doe.org>":                                           "<" + mail + ">",
		"<mailto:jane@doe.org>":                                    "<mailto:" + mail + ">",
		"'jane@doe.org'":                                           "'" + mail + "'",
		"Jane Doe <jane@doe.org>":                                  jane + " <" + mail + ">",
		`"Jane Doe" <jane@doe.org>`:                                `"` + jane + `" <` + mail + ">",
		"jane doe <mailto:jane@doe.org>":                           strings.ToLower(jane) + " <mailto:" + mail + ">",
		"Rose Hill <rose.hill@acme.com>":                           rose.Full() + " <" + rose.Email + ">",
		"Rosie H. <rose.hill@acme.com>":                            rose.Full() + " <" + rose.Email + ">",
		"Dr. Rose Hill <rose.hill@acme.com>":                       "Dr. " + rose.Full() + " <" + rose.Email + ">",
		"Hill, Rose <rose.hill@acme.com>":                          rose.Family + ", " + rose.Given + " <" + rose.Email + ">",
		"rose.hill@acme.com (Rose Hill)":                           rose.Email + " (" + rose.Full() + ")",
		"jane@doe.org (privat)":                                    mail + " (privat)",
		"rose.hill@acme.com, jane@doe.org":                         rose.Email + ", " + mail,
		"jane@doe.org;rose.hill@acme.com":                          mail + ";" + rose.Email,
		"Jane Doe <jane@doe.org>; Rose Hill <rose.hill@acme.com>;": jane + " <" + mail + ">; " + rose.Full() + " <" + rose.Email + ">;",
		"To: jane@doe.org\ncc: will+hr@other.org":                  "To: " + mail + "\ncc: " + will.Email,
		`"jane@doe.org" <jane@doe.org>`:                            `"` + mail + `" <` + mail + ">",
		"Rose Hill":                                                rose.Full(),
		"no e-mail":                                                "no e-mail",
		"unbekannt":                                                "unbekannt",
	}
	for _, verb := range []string{"email", "person.email"} {
		draw := drawer(t, verb)
		for in, want := range values {
			if got := draw(in); got != want {
				t.Errorf("%s: %q became %q, want %q", verb, in, got, want)
			}
		}
	}
}

// A short column has a form of its own, with the same surroundings.
func TestAroundShortAddresses(t *testing.T) {
	a, row := one(t, "email", Field{Form: FormText, MaxLen: 42})
	bare := string(must(t, a, row, 0, []byte("jane@doe.org")))
	if got := string(must(t, a, row, 0, []byte("mailto:jane@doe.org"))); got != "mailto:"+bare {
		t.Errorf("got %q, bare %q", got, bare)
	}
}

func TestAroundNumbers(t *testing.T) {
	t.Parallel()
	bare := drawer(t, "phone")("+49 170 1234567")
	values := map[string]string{
		"tel:+49 170 1234567":                    "tel:" + bare,
		"tel:+49 170 1234567;ext=5":              "tel:" + bare + ";ext=5",
		"Tel. +49 170 1234567 (mobil)":           "Tel. " + bare + " (mobil)",
		"+49 170 1234567, +49 170 1234567":       bare + ", " + bare,
		"+49 170 1234567 / +49 170 1234567":      bare + " / " + bare,
		"T: +49 170 1234567\nM: +49 170 1234567": "T: " + bare + "\nM: " + bare,
		"+49 170 1234567 ext. 12":                bare + " ext. 12",
		"unknown":                                "unknown",
		"n/a":                                    "n/a",
		"tel:0049 170 7654321;isub=1234":         "",
		"Tel. 12345":                             "",
	}
	for _, verb := range []string{"phone", "person.phone"} {
		draw := drawer(t, verb)
		for in, want := range values {
			if got := draw(in); want != "" && got != want || strings.Contains(got, "7654321") || strings.Contains(got, "12345") {
				t.Errorf("%s: %q became %q, want %q", verb, in, got, want)
			}
		}
	}
}

func TestAroundNames(t *testing.T) {
	t.Parallel()
	rose := compile(t, input(t, header)).in.People.At(0)
	draw := drawer(t, "name")
	jane, doe := draw("Jane Doe"), draw("Doe, Jane")
	for in, want := range map[string]string{
		"Dr. Rose Hill":                  "Dr. " + rose.Full(),
		"Prof. Dr. med. Jane Doe":        "Prof. Dr. med. " + jane,
		"Frau Dipl.-Ing. Jane Doe":       "Frau Dipl.-Ing. " + jane,
		"MR JANE DOE":                    "MR " + strings.ToUpper(jane),
		"Hill, Rose (HR)":                rose.Family + ", " + rose.Given + " (HR)",
		"Doe, Jane (extern)":             doe + " (extern)",
		"Jane Doe, PhD":                  jane + ", PhD",
		"Jane Doe Jr.":                   jane + " Jr.",
		"Jane Doe; Rose Hill":            jane + "; " + rose.Full(),
		"Jane Doe & Rose Hill":           jane + " & " + rose.Full(),
		"Jane Doe and Rose Hill":         jane + " and " + rose.Full(),
		"Rose Hill, Will Grant":          "",
		" Dr. Jane Doe ":                 " Dr. " + jane + " ",
		"Rose Hill <rose.hill@acme.com>": rose.Full() + " <" + rose.Email + ">",
		"rose.hill@acme.com":             rose.Email,
		"unknown":                        "unknown",
		"N/A":                            "N/A",
		"-":                              "-",
	} {
		got := draw(in)
		if want != "" && got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
		noReal(t, []byte(got))
	}
	if got := draw("Jane Doe (Janey)"); !strings.HasPrefix(got, jane+" (") || strings.Contains(got, "Jane") {
		t.Errorf("a nickname in brackets stays: %q", got)
	}
	a, row := one(t, "person.name", Field{Form: FormText})
	for in, want := range map[string]string{"Dr. Rosie H. (HR)": "Dr. " + rose.Full() + " (HR)", "Frau Hill": "Frau " + rose.Family} {
		if got := string(must(t, a, row, 1, []byte(in))); got != want {
			t.Errorf("person.name: %q became %q, want %q", in, got, want)
		}
	}
}

// What has no address or number in it, and says something that nobody knows,
// does not fit; it is never passed on.
func TestAroundUnknown(t *testing.T) {
	t.Parallel()
	for verb, values := range map[string][]string{
		"email":        {"Jane Stonefield", "stonefield", "@stonefield", "jane.stonefielddoe.org", "no, ask Stonefield"},
		"person.email": {"Stonefield", "@janestonefield"},
		"phone":        {"ask Stonefield", "1-800-FLOWERS", "skype:jane.stonefield"},
		"person.phone": {"ask Stonefield"},
	} {
		a, row := one(t, verb, Field{Form: FormText})
		b, instead := one(t, withElse(verb, "{set: gone}"), Field{Form: FormText})
		for _, v := range values {
			misfit(t, a, row, v, Misfit{Path: "v", Verb: verb})
			if got := must(t, b, instead, 0, []byte(v)); string(got) != "gone" {
				t.Errorf("%s: %q becomes %q", verb, v, got)
			}
		}
	}
	a, row := one(t, "{list: email}", Field{Form: FormTextArray})
	if got := must(t, a, row, 1, array("stonefield", "rose.hill@acme.com")); bytes.Contains(got, []byte("stonefield")) {
		t.Errorf("got %q", got)
	}
}

// Somebody whose source says a title or a scheme beside her is known without.
func TestAroundInSources(t *testing.T) {
	in := input(t, header+"postgres:\n  things: {v: text}\n", column("v", FormText))
	records := someRecords()
	records[0].Name, records[0].Email, records[0].Phone = "Dr. Rose Hill (HR)", "Rose Hill <rose.hill@acme.com>", "tel:+49 170 1234567;ext=5"
	in.People = build(t, in, records)
	rose := in.People.At(0)
	if r := rose.Real; len(r.Emails) != 1 || r.Emails[0] != "rose.hill@acme.com" || len(r.Phones) != 1 || r.Phones[0] != "491701234567" || r.Names[0].Given != "Rose" || r.Names[0].Family != "Hill" {
		t.Errorf("known as %+v", r)
	}
}
