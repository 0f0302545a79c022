package postgres

import (
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

const wrapperSQL = tinySQL + `; CREATE SCHEMA maps; CREATE EXTENSION cube SCHEMA maps; CREATE EXTENSION postgres_fdw;
CREATE SERVER "Far Away" TYPE 'x' VERSION '1' FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'pg.prod.internal', dbname 'prod', use_remote_estimate 'true');
CREATE USER MAPPING FOR PUBLIC SERVER "Far Away" OPTIONS (user 'u', password 'hidden');
CREATE FOREIGN TABLE far (a int) SERVER "Far Away" OPTIONS (table_name 'far'); CREATE VIEW near AS SELECT a FROM far`

// template makes a database with what only a superuser installs.
func (tr *trial) template(t *testing.T, sql string) {
	t.Helper()
	name := "template-" + random()
	tr.staging.run(t, "postgres", `CREATE DATABASE `+ident(name)+` TEMPLATE template0 OWNER `+ident(tr.copies()))
	tr.staging.dropAfter(t, name)
	tr.staging.run(t, name, sql)
	tr.dst.Template = name
}

// Extensions that the copying role may not install are named before the start,
// all at once, and come from a template.
func TestP15_ExtensionsComeFromATemplate(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, wrapperSQL+`; CREATE EXTENSION file_fdw`, tinyRules)
	_, err := tr.run(t.Context(), t)
	text := wantCode(t, err, report.Incompatible)
	for _, want := range []string{"only a superuser installs: file_fdw, postgres_fdw", "template:"} {
		if !strings.Contains(text, want) {
			t.Errorf("error: %s", text)
		}
	}
	tr.wantNothingBeside(t)
	tr.template(t, `CREATE SCHEMA maps; CREATE EXTENSION cube SCHEMA maps; CREATE EXTENSION postgres_fdw; CREATE EXTENSION file_fdw; GRANT USAGE ON FOREIGN DATA WRAPPER postgres_fdw TO PUBLIC`)
	tr.must(t)
	got := tr.staging.ask(t, tr.twin, `SELECT extname::text FROM pg_extension ORDER BY 1`)
	if strings.Join(got, " ") != "cube file_fdw plpgsql postgres_fdw" {
		t.Errorf("extensions %v", got)
	}
}

// A provider's own list of extensions is read.
func TestP15_ProvidersListIsRead(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, tinySQL+`; CREATE EXTENSION cube; CREATE EXTENSION citext`, tinyRules)
	tr.staging.run(t, "postgres", `ALTER ROLE `+ident(tr.copies())+` SET "azure.extensions" = 'citext,VECTOR'`)
	_, err := tr.run(t.Context(), t)
	if text := wantCode(t, err, report.Incompatible); !strings.Contains(text, "cube (not in azure.extensions)") || strings.Contains(text, "citext") {
		t.Errorf("error: %s", text)
	}
	tr.staging.run(t, "postgres", `ALTER ROLE `+ident(tr.copies())+` SET "azure.extensions" = ''; ALTER ROLE `+ident(tr.copies())+` SET "rds.allowed_extensions" = 'cube'`)
	_, err = tr.run(t.Context(), t)
	if text := wantCode(t, err, report.Incompatible); !strings.Contains(text, "citext (not in rds.allowed_extensions)") || strings.Contains(text, "cube") {
		t.Errorf("error: %s", text)
	}
	tr.staging.run(t, "postgres", `ALTER ROLE `+ident(tr.copies())+` SET "rds.allowed_extensions" = '*'`)
	tr.must(t)
}

// A template that does not fit is refused with what is wrong.
func TestP15_TemplatesThatDoNotFit(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, tinySQL, tinyRules)
	refused := func(code report.Code, want string) {
		t.Helper()
		_, err := tr.run(t.Context(), t)
		if text := wantCode(t, err, code); !strings.Contains(text, want) {
			t.Errorf("error: %s", text)
		}
	}
	tr.dst.Template = "no-such-template"
	refused(report.Incompatible, "no such database")
	tr.template(t, `CREATE TABLE left_over (v text)`)
	refused(report.Incompatible, "it holds tables")
	tr.template(t, `SELECT 1`)
	tr.staging.run(t, "postgres", `ALTER DATABASE `+ident(tr.dst.Template)+` OWNER TO postgres`)
	refused(report.Denied, "IS_TEMPLATE true")
	tr.wantNothingBeside(t)
}

// Encodings and collations that differ are told of in words; the copy has the
// source's.
func TestP18_LocalesThatDiffer(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, tinySQL, tinyRules)
	name := tr.source() + "-latin"
	tr.prod.run(t, "postgres", `CREATE DATABASE `+ident(name)+` TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'`)
	tr.prod.dropAfter(t, name)
	tr.prod.run(t, name, tinySQL)
	tr.src.Ref.Name, tr.src.Store.URL = name, tr.src.Store.URL+"-latin"
	tr.prod.letRead(t, name)
	tr.template(t, `SELECT 1`)
	_, err := tr.run(t.Context(), t)
	if text := wantCode(t, err, report.Incompatible); !strings.Contains(text, "the source has encoding LATIN1, collation C") {
		t.Errorf("error: %s", text)
	}
	tr.dst.Template = ""
	tr.must(t)
	if got := tr.staging.ask(t, tr.twin, `SELECT pg_encoding_to_char(encoding) || datcollate FROM pg_database WHERE datname = current_database()`)[0]; got != "LATIN1C" {
		t.Errorf("the twin has %s", got)
	}
	unknown := locale{encoding: "UTF8", collate: "xx_YY.nowhere", ctype: "xx_YY.nowhere", provider: "c"}
	s, _ := tr.prepared(t)
	s.locale = unknown
	err = s.e.inAdmin(t.Context(), func(conn *pgx.Conn) error { return s.recreate(t.Context(), conn) })
	if text := wantCode(t, err, report.Incompatible); !strings.Contains(text, "xx_YY.nowhere") {
		t.Errorf("error: %s", text)
	}
}

// Foreign tables and what reads them are there, and lead nowhere.
func TestP16_ForeignServersAreNeutralised(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, wrapperSQL, tinyRules)
	tr.template(t, `CREATE SCHEMA maps; CREATE EXTENSION cube SCHEMA maps; CREATE EXTENSION postgres_fdw; GRANT USAGE ON FOREIGN DATA WRAPPER postgres_fdw TO PUBLIC`)
	m := tr.must(t)
	wantNote(t, m, `foreign server "Far Away" leads nowhere`)
	for sql, want := range map[string]string{
		`SELECT count(*)::text FROM pg_user_mapping`: "0", `SELECT count(*)::text FROM pg_foreign_table`: "1", `SELECT count(*)::text FROM pg_views WHERE viewname = 'near'`: "1",
		`SELECT srvoptions::text || srvtype || srvversion FROM pg_foreign_server`: "{host=tenantcopy.invalid,port=1,dbname=none}x1",
	} {
		if got := tr.staging.ask(t, tr.twin, sql)[0]; got != want {
			t.Errorf("%s: %s, want %s", sql, got, want)
		}
	}
}
