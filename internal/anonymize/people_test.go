package anonymize

import (
	"bytes"
	"strings"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
)

// The behaviours of docs/people.md, one test each.

// value passes one text through a rule over some people, in a row of one.
func value(t *testing.T, records []person.Record, rule string, who uint32, in string) string {
	t.Helper()
	a, row, _ := over(t, records, rule)
	return string(must(t, a, row, who, []byte(in)))
}

// Two people of one name are two pseudonyms; a text means the one of its
// record, else always the same one.
func TestHomonyms(t *testing.T) {
	records := []person.Record{
		{Source: "users", ID: "1", Name: "Rose Hill", Email: "rose@acme.com"}, {Source: "users", ID: "2", Name: "Rose Hill", Email: "rose.hill@acme.com"},
	}
	one, two := value(t, records, "person.name", 1, "Rose Hill"), value(t, records, "person.name", 2, "Rose Hill")
	if one == two {
		t.Errorf("two people are both %s", one)
	}
	if in := value(t, records, "text", 2, "for Rose Hill"); in != "for "+two {
		t.Errorf("in her own record %s, want %s", in, two)
	}
	for range 3 {
		if in := value(t, records, "text", 0, "for Rose Hill"); in != "for "+one {
			t.Errorf("in nobody's record %s, want %s", in, one)
		}
	}
}

// A person without an address or a number has a whole pseudonym.
func TestPersonWithoutEmail(t *testing.T) {
	records := []person.Record{{Source: "users", ID: "1", Name: "Rose Hill"}, {Source: "users", ID: "2", Name: "Rosa Berg"}}
	a, _, _ := over(t, records, "text")
	rose, rosa := a.people.At(0), a.people.At(1)
	if rose.Email == "" || rose.Phone == "" || rose.Email == rosa.Email || rose.Phone == rosa.Phone {
		t.Errorf("%s %s, %s %s", rose.Email, rose.Phone, rosa.Email, rosa.Phone)
	}
	if email := value(t, records, "person.email", 1, "hill@other.org"); !strings.HasPrefix(email, "x-") {
		t.Errorf("an address that no source has of her became %s", email)
	}
}

// One person under two addresses is one pseudonym with two addresses.
func TestOnePersonTwoEmails(t *testing.T) {
	records := []person.Record{{Source: "users", ID: "1", Name: "Rose Hill", Email: "rose@acme.com"}, {Source: "users", ID: "1", Name: "Rose Hill", Email: "hill@home.org"}}
	name := value(t, records, "person.name", 1, "Rose Hill")
	work, home := value(t, records, "email", 0, "rose@acme.com"), value(t, records, "person.email", 1, "hill@home.org")
	if _, domain, _ := strings.Cut(work, "@"); work == home || strings.HasSuffix(home, "@"+domain) {
		t.Errorf("%s and %s", work, home)
	}
	given, family, _ := strings.Cut(strings.ToLower(name), " ")
	if !strings.HasPrefix(work, given) && !strings.Contains(work, family) || !strings.Contains(home, family) {
		t.Errorf("%s has the addresses %s and %s", name, work, home)
	}
}

// Who is in no source is replaced where a verb says that a name stands; in a
// text his name stays, which the source of people has to cure, and his address
// and number go.
func TestPersonOnlyInText(t *testing.T) {
	records := someRecords()
	text := "Zora Quell (zora@quell.org, +41 44 668 18 00) called"
	out := value(t, records, "text", 0, text)
	if !strings.HasPrefix(out, "Zora Quell (x-") || strings.Contains(out, "quell.org") || strings.Contains(out, "668") {
		t.Errorf("became %q", out)
	}
	if out := value(t, records, "name", 0, "Zora Quell"); strings.Contains(out, "Zora") || strings.Contains(out, "Quell") {
		t.Errorf("a name became %q", out)
	}
	if out := value(t, append(records, person.Record{Source: "users", ID: "9", Name: "Zora Quell"}), "text", 0, text); strings.Contains(out, "Quell (") {
		t.Errorf("with a source, %q", out)
	}
}

// Values of nobody hang on their normal form: they agree in every column, every
// form and every text, whatever their case and blanks.
func TestValuesOfNobodyAgree(t *testing.T) {
	records := someRecords()
	email := value(t, records, "email", 0, "zora@quell.org")
	for rule, in := range map[string]string{"email": " ZORA@Quell.org ", "person.email": "zora@quell.org", "text": "zora@quell.org", "scan": `{"a":["zora@quell.org"]}`, "{json: {a: email}}": `{"a":"zora@quell.org"}`} {
		if out := value(t, records, rule, 0, in); !strings.Contains(strings.ToLower(out), email) {
			t.Errorf("%s of %q: %q, elsewhere %q", rule, in, out, email)
		}
	}
	phone := value(t, records, "phone", 0, "+41446681800")
	for rule, in := range map[string]string{"phone": "+41 44 668 18 00", "person.phone": "0041446681800", "text": "+41 44 668 18 00"} {
		out := strings.TrimPrefix(string(bytes.Map(func(r rune) rune {
			if r < '0' || r > '9' {
				return -1
			}
			return r
		}, []byte(value(t, records, rule, 0, in)))), "00")
		if out != phone[1:] {
			t.Errorf("%s of %q: %q, elsewhere %q", rule, in, out, phone)
		}
	}
	name := value(t, records, "name", 0, "Zora Quell")
	for _, in := range []string{"ZORA QUELL", " zora quell", "Zora  Quell", "Zora\tQuell"} {
		if out := strings.Join(strings.Fields(value(t, records, "person.name", 0, in)), " "); !strings.EqualFold(out, name) {
			t.Errorf("%q becomes %q, elsewhere %q", in, out, name)
		}
	}
	given, family, _ := strings.Cut(name, " ")
	if out := value(t, records, "name", 0, "Quell, Zora"); out != family+", "+given {
		t.Errorf("with a comma %q, elsewhere %q", out, name)
	}
}
