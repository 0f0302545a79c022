package postgres

import (
	"slices"
	"strings"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/anonymize"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
	"github.com/tenantcopy/tenantcopy/internal/clone"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

// surveyed opens a source and surveys it.
func surveyed(t *testing.T, sql string) (*reader, clone.Survey) {
	t.Helper()
	tr := newTrial(t, sql, tinyRules)
	r, err := Open(t.Context(), tr.src)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	survey, err := r.Survey(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return r.(*reader), survey
}

func TestFields(t *testing.T) {
	t.Parallel()
	_, survey := surveyed(t, tenantSQL+`; CREATE TABLE forms (id int PRIMARY KEY, va varchar(7)[], dc short_code NOT NULL, n numeric(3), by bytea, expr text, excl int4range, w text);
CREATE UNIQUE INDEX ON forms (lower(expr)); CREATE UNIQUE INDEX ON forms (n) INCLUDE (w); ALTER TABLE forms ADD EXCLUDE USING gist (excl WITH &&)`)
	got := make(map[string]anonymize.Field)
	for _, f := range survey.Fields {
		got[f.Group+"."+f.Name] = f
	}
	for name, want := range map[string]anonymize.Field{
		"customers.id":                 {Form: anonymize.FormInt, NotNull: true, Unique: true, Type: "bigint"},
		"customers.contact":            {Form: anonymize.FormText, MaxLen: 80, Type: "character varying(80)"},
		"customers.code":               {Form: anonymize.FormText, MaxLen: 13, Unique: true, Type: "public.short_code"},
		"customers.profile":            {Form: anonymize.FormJSONB, Type: "jsonb"},
		"customers.contact_upper":      {Form: anonymize.FormText, Derived: true, Type: "text"},
		"customers.labels":             {Form: anonymize.FormTextArray, Type: "text[]"},
		"customers.created":            {Form: anonymize.FormTimestamp, NotNull: true, Type: "timestamp with time zone"},
		"Order \"Lines\".Note":         {Form: anonymize.FormText, Type: "text"},
		"Odd \"Schema\".every type.ct": {Form: anonymize.FormText, Type: "public.citext"},
		"Odd \"Schema\".every type.e":  {Form: anonymize.FormEnum, Type: "public.mood"},
		"Odd \"Schema\".every type.c":  {Form: anonymize.FormText, MaxLen: 4, Type: "character(4)"},
		"Odd \"Schema\".every type.u":  {Form: anonymize.FormUUID, Type: "uuid"},
		"Odd \"Schema\".every type.f4": {Form: anonymize.FormFloat, Type: "real"},
		"Odd \"Schema\".every type.nm": {Form: anonymize.FormText, MaxLen: 63, Type: "name"},
		"catalog_refs.rel":             {Form: anonymize.FormOpaque, Type: "regclass"},
		"catalog_refs.id":              {Form: anonymize.FormText, Type: "integer"},
		"hr.events.at":                 {Form: anonymize.FormDate, NotNull: true, Unique: true, Type: "date"},
		"hr.events.body":               {Form: anonymize.FormText, Type: "text"},
		"forms.va":                     {Form: anonymize.FormTextArray, MaxLen: 7, Type: "character varying(7)[]"},
		"forms.dc":                     {Form: anonymize.FormText, MaxLen: 13, NotNull: true, Type: "public.short_code"},
		"forms.n":                      {Form: anonymize.FormNumeric, Unique: true, Type: "numeric(3,0)"},
		"forms.by":                     {Form: anonymize.FormBytes, Type: "bytea"},
		"forms.expr":                   {Form: anonymize.FormText, Unique: true, Type: "text"},
		"forms.excl":                   {Form: anonymize.FormRange, Unique: true, Type: "int4range"},
	} {
		f := got[name]
		if f.Store != "postgres" || f.Form != want.Form || f.MaxLen != want.MaxLen || f.NotNull != want.NotNull || f.Unique != want.Unique || f.Derived != want.Derived || f.Type != want.Type {
			t.Errorf("%s: %+v, want %+v", name, f, want)
		}
	}
	if _, there := got["hr.events_2023_rest.body"]; there {
		t.Error("a partition has fields of its own")
	}
	if f := got["forms.w"]; f.Unique {
		t.Error("an included column counts as unique")
	}
	if survey.Bytes == 0 {
		t.Error("no size")
	}
}

// Every place where a schema can name somebody is surveyed.
func TestTexts(t *testing.T) {
	t.Parallel()
	_, survey := surveyed(t, `CREATE TYPE label AS ENUM ('word01'); CREATE DOMAIN d AS text DEFAULT 'word02' CHECK (VALUE <> 'word03');
CREATE TABLE t (id int, v text DEFAULT 'word04' CHECK (v <> 'word05'), g text GENERATED ALWAYS AS (v || 'word06') STORED) PARTITION BY LIST (v);
CREATE TABLE p PARTITION OF t FOR VALUES IN ('word07');
CREATE VIEW vi AS SELECT 'word08' AS x; CREATE MATERIALIZED VIEW m AS SELECT 'word09' AS x;
CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $$ SELECT 'word10' $$; CREATE PROCEDURE pr() LANGUAGE sql AS $$ SELECT 'word11' $$;
CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER tr BEFORE INSERT ON p FOR EACH ROW WHEN (NEW.v = 'word12') EXECUTE FUNCTION tf('word13');
CREATE RULE r AS ON UPDATE TO p WHERE old.v = 'word14' DO INSTEAD NOTHING;
CREATE INDEX ON p (id) WHERE v = 'word15'; CREATE INDEX ON p ((v || 'word16'));
CREATE POLICY po ON p USING (v = 'word17') WITH CHECK (v = 'word18');
CREATE TABLE k (a text) PARTITION BY LIST ((a || 'word19'));
CREATE STATISTICS s ON (v || 'word20'), id FROM p;
CREATE FOREIGN DATA WRAPPER w; CREATE SERVER se FOREIGN DATA WRAPPER w OPTIONS (host 'word21'); CREATE FOREIGN TABLE ft (a int) SERVER se OPTIONS (t 'word22');
CREATE USER MAPPING FOR PUBLIC SERVER se OPTIONS (password 'hidden');
CREATE AGGREGATE ag (text) (SFUNC = textcat, STYPE = text, INITCOND = 'word23'); CREATE PUBLICATION pu FOR TABLE p WHERE (id > 0 AND v = 'word24');
CREATE SCHEMA word25; CREATE TABLE word25.word26 (word27 int); CREATE TYPE word28 AS ENUM (); CREATE SEQUENCE word29`)
	var all strings.Builder
	for _, text := range survey.Texts {
		all.WriteString(text.Place + "\x00" + text.Body + "\n")
		if strings.Contains(text.Place, "word") {
			t.Errorf("place %q quotes the text", text.Place)
		}
	}
	for _, n := range []string{"01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12", "13", "14", "15", "16", "17", "18", "19", "20", "21", "22", "23", "24", "25", "26", "27", "28", "29"} {
		if !strings.Contains(all.String(), "word"+n) {
			t.Errorf("word%s is not surveyed", n)
		}
	}
	for _, want := range []string{"credentials of foreign server se", "rows of foreign table ft"} {
		if !slices.Contains(survey.Notes, want) {
			t.Errorf("no note %q in %q", want, survey.Notes)
		}
	}
}

const peopleSQL = `CREATE TABLE users (id bigint PRIMARY KEY, full_name text, email varchar(80), phone text, locale text);
INSERT INTO users SELECT i, 'Name ' || i, 'n' || i || '@corp.org', CASE WHEN i % 2 = 0 THEN '+41446681800' END, 'de' FROM generate_series(1, 5) AS i;
CREATE TABLE employees (user_id bigint REFERENCES users (id), manager_id bigint REFERENCES users (id), first text, last text, PRIMARY KEY (user_id)) PARTITION BY HASH (user_id);
CREATE TABLE e0 PARTITION OF employees FOR VALUES WITH (MODULUS 2, REMAINDER 0); CREATE TABLE e1 PARTITION OF employees FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO employees SELECT i, 1, 'First', NULL FROM generate_series(1, 5) AS i`

func peopleOf(t *testing.T, r *reader, where person.Columns) ([]person.Record, error) {
	t.Helper()
	var out []person.Record
	for rec, err := range r.People(t.Context(), where) {
		if err != nil {
			return out, err
		}
		out = append(out, rec)
	}
	slices.SortFunc(out, func(a, b person.Record) int { return strings.Compare(a.ID, b.ID) })
	return out, nil
}

func TestPeople(t *testing.T) {
	t.Parallel()
	r, _ := surveyed(t, peopleSQL)
	users, err := peopleOf(t, r, person.Columns{Group: "public.users", ID: "id", Name: "full_name", Email: "email", Phone: "phone", Locale: "locale"})
	if err != nil || len(users) != 5 {
		t.Fatalf("%d users, %v", len(users), err)
	}
	if u := users[1]; u.Source != "public.users" || u.ID != "2" || u.Name != "Name 2" || u.Email != "n2@corp.org" || u.Phone != "+41446681800" || u.Locale != "de" || len(u.Links) != 0 {
		t.Error("the second user is not as in the table")
	}
	if users[0].Phone != "" {
		t.Error("NULL is not empty")
	}
	employees, err := peopleOf(t, r, person.Columns{Group: "employees", ID: "user_id", First: "first", Last: "last"})
	if err != nil || len(employees) != 5 {
		t.Fatalf("%d employees, %v", len(employees), err)
	}
	for i, e := range employees {
		if want := []string{person.Ref("users", users[i].ID), person.Ref("public.users", users[i].ID)}; !slices.Equal(e.Links, want) {
			t.Errorf("employee %s has links %q, want %q", e.ID, e.Links, want)
		}
	}
}

// A reader that wants no more is asked no more.
func TestPeopleStops(t *testing.T) {
	t.Parallel()
	r, _ := surveyed(t, peopleSQL)
	for range r.People(t.Context(), person.Columns{Group: "employees", ID: "user_id", First: "first"}) {
		break
	}
}

func TestPeopleErrors(t *testing.T) {
	t.Parallel()
	r, _ := surveyed(t, peopleSQL)
	_, err := peopleOf(t, r, person.Columns{Group: "nobody", ID: "id", Name: "name"})
	wantCode(t, err, report.Usage)
	_, err = peopleOf(t, r, person.Columns{Group: "users", ID: "id", Name: "no_such"})
	if text := wantCode(t, err, report.Usage); !strings.Contains(text, "no_such") {
		t.Errorf("error: %s", text)
	}
}

// People who are gone from the table since the snapshot would not be looked
// for, so their absence is an error.
func TestPeopleAfterTruncate(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, peopleSQL, tinyRules)
	r, err := Open(t.Context(), tr.src)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := r.Survey(t.Context()); err != nil {
		t.Fatal(err)
	}
	tr.prod.run(t, tr.source(), `TRUNCATE users CASCADE`)
	_, err = peopleOf(t, r.(*reader), person.Columns{Group: "users", ID: "id", Name: "full_name"})
	wantCode(t, err, report.Transient)
}

// Credentials of other servers, and triggers on what we do ourselves, stay
// behind; everything else of the schema is carried.
func TestLeftOut(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, tinySQL+`; CREATE FOREIGN DATA WRAPPER w; CREATE SERVER se FOREIGN DATA WRAPPER w OPTIONS (host 'h');
CREATE USER MAPPING FOR PUBLIC SERVER se OPTIONS (password 'hidden'); CREATE FOREIGN TABLE ft (a int) SERVER se;
CREATE FUNCTION e() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''fired''; END'; CREATE EVENT TRIGGER et_`+random()+` ON ddl_command_end WHEN TAG IN ('DROP TABLE') EXECUTE FUNCTION e()`, tinyRules)
	tr.dst = tr.staging.store(tr.twin) // a wrapper outside an extension is a superuser's
	tr.must(t)
	for sql, want := range map[string]string{
		`SELECT count(*)::text FROM pg_user_mapping`: "0", `SELECT count(*)::text FROM pg_event_trigger`: "1", `SELECT count(*)::text FROM pg_foreign_server WHERE srvoptions IS NULL`: "1", `SELECT count(*)::text FROM pg_foreign_table`: "1",
	} {
		if got := tr.staging.ask(t, tr.twin, sql)[0]; got != want {
			t.Errorf("%s: %s, want %s", sql, got, want)
		}
	}
}
