package postgres

import (
	"strings"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

// Rights that are missing at the destination are named all at once, before
// anything is written, as statements: whoever says them has a copy.
func TestDestinationGrantsAreNamedAtOnce(t *testing.T) {
	t.Parallel()
	tr, who := staffedTrial(t)
	me := ident(tr.copies())
	tr.dst.Roles = map[string]string{who.prodOwner: who.owner.name, who.prodUser: who.user.name}
	tr.must(t)
	tr.prod.run(t, tr.source(), `CREATE EXTENSION postgres_fdw; CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'pg.prod.internal')`)
	tr.template(t, `CREATE EXTENSION postgres_fdw`)
	tr.staging.run(t, "postgres", `ALTER ROLE `+me+` NOCREATEDB; REVOKE `+who.owner.name+` FROM `+me)
	tr.wantRefused(t, report.Denied, "ALTER ROLE "+me+" CREATEDB;", `GRANT "`+who.owner.name+`" TO `+me) // not even the marker can be written
	other := "other_" + random()
	tr.staging.role(t, other, "")
	tr.staging.run(t, "postgres", `GRANT `+who.owner.name+` TO `+me)
	tr.staging.run(t, tr.twin, `ALTER VIEW app.all_orders OWNER TO `+other)
	t.Cleanup(func() { tr.staging.run(t, tr.twin, `DROP VIEW app.all_orders`) })
	wants := []string{"ALTER ROLE " + me + " CREATEDB;", `GRANT "` + other + `" TO ` + me, "GRANT USAGE ON FOREIGN DATA WRAPPER postgres_fdw TO " + me + ";  -- in database " + tr.dst.Template}
	tr.wantRefused(t, report.Denied, wants...)
	_, err := tr.run(t.Context(), t)
	for line := range strings.Lines(err.Error()) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "GRANT ") || strings.HasPrefix(line, "ALTER ") {
			tr.staging.run(t, tr.dst.Template, line)
		}
	}
	tr.must(t)
	tr.staging.run(t, "postgres", `REVOKE CONNECT ON DATABASE `+ident(tr.twin)+` FROM PUBLIC; REVOKE CONNECT ON DATABASE `+ident(tr.dst.Template)+` FROM PUBLIC; ALTER DATABASE `+ident(tr.dst.Template)+` OWNER TO postgres; REVOKE CONNECT ON DATABASE `+ident(tr.twin)+` FROM `+who.owner.name)
	tr.staging.run(t, "postgres", `REVOKE "`+other+`" FROM `+me) // even without a look into the twin
	tr.wantRefused(t, report.Denied, `GRANT "`+other+`" TO `+me, "GRANT CONNECT ON DATABASE "+ident(tr.twin)+" TO "+me+";", "ALTER DATABASE "+ident(tr.dst.Template)+" IS_TEMPLATE true;", "GRANT CONNECT ON DATABASE "+ident(tr.dst.Template)+" TO "+me+";")
}

// A role that the configuration names and that is not there is told of together
// with the rights that are missing, and so is one that could not be seen yet.
func TestAbsentRolesAreNamedAtOnce(t *testing.T) {
	t.Parallel()
	tr, who := staffedTrial(t)
	me, absent := ident(tr.copies()), "absent_"+random()
	tr.dst.Roles = map[string]string{who.prodOwner: who.owner.name, who.prodUser: who.user.name}
	tr.must(t)
	tr.dst.Roles[who.prodUser] = absent
	tr.staging.run(t, "postgres", `REVOKE `+who.owner.name+` FROM `+me)
	lines := []string{`CREATE ROLE "` + absent + `"`, `GRANT "` + who.owner.name + `" TO ` + me}
	tr.wantRefused(t, report.Incompatible, lines...)
	tr.staging.run(t, "postgres", `ALTER ROLE `+me+` NOCREATEDB; REVOKE CONNECT ON DATABASE `+ident(tr.twin)+` FROM PUBLIC`)
	tr.wantRefused(t, report.Incompatible, append(lines, "ALTER ROLE "+me+" CREATEDB;", "GRANT CONNECT ON DATABASE "+ident(tr.twin)+" TO "+me)...)
}
