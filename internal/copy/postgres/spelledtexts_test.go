package postgres

import (
	"strings"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

// People in the texts of a schema are seen however SQL spells them, and texts
// that only look alike refuse nothing.
func TestPeopleInSpelledTexts(t *testing.T) {
	t.Parallel()
	const rules = `version: 1
person:
  postgres:
    users: {id: id, name: name, email: email, phone: phone}
postgres:
  users: {id: keep, name: person.name, email: person.email, phone: person.phone}
  odd: {id: keep, joined: keep, bytes: keep, number: keep, family: keep}
`
	tr := newTrial(t, `CREATE TABLE users (id int PRIMARY KEY, name text, email text, phone text);
INSERT INTO users VALUES (1, 'Waltraud Secretperson', 'waltraud@secretive.org', '+49 170 5551234'), (2, 'Jörg Unlikely', 'j@secretive.org', NULL);
CREATE TYPE family AS ENUM ('open', 'closed'); CREATE TABLE odd (id int, joined text DEFAULT 'Waltraud' || ' Street', bytes bytea DEFAULT '\x6f70656e', number bigint DEFAULT 4917055512345, family family);
CREATE FUNCTION spelled() RETURNS text LANGUAGE sql AS $$ SELECT E'J\u00f6rg' || ' and others' $$`, rules)
	tr.must(t)
	for sql, want := range map[string]string{
		`ALTER TABLE odd ALTER joined SET DEFAULT 'Waltraud' || ' ' || 'Secretperson'`:                               "default of public.odd.joined: names a person",
		`ALTER TABLE odd ALTER joined SET DEFAULT 'waltraud@' || 'secretive.org'`:                                    "default of public.odd.joined: holds an e-mail address",
		`ALTER TABLE odd ALTER bytes SET DEFAULT convert_to('Waltraud Secretperson', 'UTF8')`:                        "default of public.odd.bytes: names a person",
		`ALTER TABLE odd ALTER bytes SET DEFAULT '\x57616c747261756420536563726574706572736f6e'`:                     "default of public.odd.bytes: names a person",
		`ALTER TABLE odd ALTER number SET DEFAULT 491705551234`:                                                      "default of public.odd.number: holds a person's phone number",
		`ALTER TYPE family ADD VALUE 'Secretperson'`:                                                                 "label of type public.family: names a person",
		`CREATE OR REPLACE FUNCTION spelled() RETURNS text LANGUAGE sql AS $$ SELECT E'J\u00f6rg' || ' Unlikely' $$`: "function public.spelled(): names a person",
		`CREATE VIEW spelt AS SELECT 'Waltraud '::text || ('Secretperson'::varchar(20))::text AS who`:                "view public.spelt: names a person",
		`ALTER TABLE odd ADD CONSTRAINT spelt CHECK (joined <> 'Waltraud' || U&' \0053ecretperson')`:                 "constraint spelt of public.odd: names a person",
	} {
		tr.prod.run(t, tr.source(), sql)
		_, err := tr.run(t.Context(), t)
		if text := wantCode(t, err, report.Privacy); !strings.Contains(text, want) {
			t.Errorf("%s: no line %q in\n%s", sql, want, text)
		}
	}
	if strings.Contains(tr.seen.String(), "Secretperson") {
		t.Error("a refusal tells whom it found")
	}
}
