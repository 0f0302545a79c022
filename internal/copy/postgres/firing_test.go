package postgres

import (
	"testing"
)

const firingSQL = `CREATE TABLE audit (n int); INSERT INTO audit VALUES (1);
CREATE FUNCTION tells() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO public.audit VALUES (2); RETURN NEW; END'; CREATE FUNCTION stops() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TABLE teams (id int PRIMARY KEY, lead int); CREATE TABLE people (id int PRIMARY KEY, team int REFERENCES teams, name text, low text);
INSERT INTO teams SELECT i, i FROM generate_series(1, 50) i; INSERT INTO people SELECT i, i, 'Name' || i, 'name' || i FROM generate_series(1, 50) i; ALTER TABLE teams ADD FOREIGN KEY (lead) REFERENCES people;
CREATE TRIGGER plain AFTER INSERT ON people FOR EACH ROW EXECUTE FUNCTION tells(); CREATE TRIGGER stops BEFORE INSERT ON teams FOR EACH ROW EXECUTE FUNCTION stops();
CREATE TRIGGER always AFTER INSERT ON people FOR EACH ROW EXECUTE FUNCTION tells(); ALTER TABLE people ENABLE ALWAYS TRIGGER always;
CREATE TRIGGER replica BEFORE INSERT ON people FOR EACH ROW EXECUTE FUNCTION stops(); ALTER TABLE people ENABLE REPLICA TRIGGER replica`

// Our role may not set session_replication_role, and nothing needs it to: the
// application's triggers and keys, whatever they are enabled for, are made after
// the rows. Nor does it matter which role a superuser has given it: derived
// columns are computed in either, and keys are proved.
func TestP38_NothingFiresWhicheverRoleIsReplicated(t *testing.T) {
	t.Parallel()
	for _, role := range []string{"origin", "replica"} {
		t.Run(role, func(t *testing.T) {
			t.Parallel()
			tr := newTrial(t, firingSQL, nobody+"  audit: {n: keep}\n  teams: {id: keep, lead: keep}\n  people: {id: keep, team: keep, name: {set: X}, low: {derive: \"lower(name)\"}}\n")
			me := ident(tr.copies())
			conn := connectTo(t, as(tr.staging.store("postgres"), tr.copies(), tr.dst.Password))
			if _, err := conn.Exec(t.Context(), `SET session_replication_role = replica`); stateOf(err) != "42501" {
				t.Fatalf("our role may set it: %v", err)
			}
			tr.staging.run(t, "postgres", `ALTER ROLE `+me+` SET session_replication_role = `+role)
			tr.must(t)
			tr.wantRows(t, `SELECT concat_ws('|', (SELECT count(*) FROM audit), (SELECT count(*) FROM teams), count(*), count(*) FILTER (WHERE low = 'x'), (SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND convalidated), (SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal)) FROM people`,
				"1|50|50|50|2|4")
			if src, dst := tr.prod.schemaAt(t, tr.source(), tr.staging), tr.staging.schema(t, tr.twin); src != dst {
				t.Error("the schema is another one")
			}
		})
	}
}
