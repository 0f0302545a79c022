package postgres

import (
	"strings"
	"testing"
)

// A policy that is for some roles is for their counterparts in the twin. One
// whose roles have none holds for nobody there, so it is left out, with its
// comment, and told of. PUBLIC is everybody on both sides.
func TestPoliciesAreForTheTwinsRoles(t *testing.T) {
	t.Parallel()
	tr, who := staffedTrial(t)
	tr.rules = strings.Replace(staffRules, "postgres:\n", "postgres:\n  $comments: keep\n", 1)
	tr.dst.Roles = map[string]string{who.prodOwner: who.owner.name, who.prodUser: who.user.name}
	tr.prod.run(t, tr.source(), `ALTER TABLE app.orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY "some; rows" ON app.orders AS RESTRICTIVE FOR UPDATE TO `+who.prodOther+`, `+who.prodUser+` USING (v <> ' TO ') WITH CHECK (id > 0);
CREATE POLICY theirs ON app.orders TO `+who.prodOther+` USING (id > 1); COMMENT ON POLICY theirs ON app.orders IS 'for others';
CREATE POLICY ours ON app.orders FOR INSERT TO `+who.prodUser+` WITH CHECK (true); COMMENT ON POLICY ours ON app.orders IS 'for us'; CREATE POLICY all_rows ON app.orders FOR SELECT USING (true)`)
	m := tr.must(t)
	tr.wantRows(t, `SELECT concat_ws(' | ', policyname, permissive, array_to_string(roles, ' '), cmd, qual, with_check) FROM pg_policies ORDER BY policyname`,
		"all_rows | PERMISSIVE | public | SELECT | true", "ours | PERMISSIVE | "+who.user.name+" | INSERT | true", "some; rows | RESTRICTIVE | "+who.user.name+" | UPDATE | (v <> ' TO '::text) | (id > 0)")
	tr.wantRows(t, `SELECT description FROM pg_description WHERE classoid = 'pg_policy'::regclass`, "for us")
	wantNote(t, m, `policy theirs on table app.orders is not carried: it is for role `+who.prodOther+`, and none of them has a counterpart`)
	wantNote(t, m, `policy some; rows on table app.orders is not for role `+who.prodOther+` in the twin, which has no counterpart`)
	tr.wantTries(t, who.user, map[string]bool{`SELECT v FROM app.orders; INSERT INTO app.orders (id, v) VALUES (9, 'y')`: true})
}

// Roles that both sides have need no line under roles:.
func TestPoliciesAreForRolesOfTheSameName(t *testing.T) {
	t.Parallel()
	tr, who := staffedTrial(t)
	tr.staging.role(t, who.prodUser, "")
	tr.prod.run(t, tr.source(), `CREATE POLICY ours ON app.orders TO `+who.prodUser+` USING (true)`)
	tr.must(t)
	tr.wantRows(t, `SELECT array_to_string(roles, ' ') FROM pg_policies`, who.prodUser)
	tr.staging.run(t, tr.twin, `DROP POLICY ours ON app.orders`) // else the role could not be dropped
}
