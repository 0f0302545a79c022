package postgres

import (
	"strings"
	"testing"
)

const outwardSQL = `; CREATE SCHEMA net; CREATE SCHEMA cron; CREATE FUNCTION net.http_post(url text, body jsonb) RETURNS bigint LANGUAGE sql AS 'SELECT 1'; CREATE FUNCTION cron.schedule(text, text) RETURNS bigint LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION dblink(text, text) RETURNS SETOF record LANGUAGE plpgsql AS 'BEGIN RETURN; END'; CREATE FUNCTION http_get(text) RETURNS text LANGUAGE sql AS 'SELECT $1';
CREATE FUNCTION pull() RETURNS text LANGUAGE plpgsql SECURITY DEFINER COST 7 AS $f$DECLARE v text; BEGIN
  SELECT x INTO v FROM dblink('host=pg.prod.internal port=5433 hostaddr=10.1.2.3 dbname=prod user=svc password=hidden-word', 'SELECT 1') AS t(x text); RETURN v; END$f$;
CREATE FUNCTION pull_url() RETURNS text LANGUAGE sql AS $f$SELECT 'postgres://svc:hidden-word@pg.prod.internal:5432/prod?sslmode=require' || 'postgresql://h2.prod.internal/x'$f$;
CREATE PROCEDURE push(v text) LANGUAGE plpgsql AS $f$BEGIN PERFORM net.http_post('https://hook:hidden-word@hooks.prod.internal/in?key=hidden-word', '{}'); PERFORM http_get('http://api.prod.internal:8080/x'); END$f$;
CREATE FUNCTION nightly() RETURNS bigint LANGUAGE sql AS $f$SELECT cron.schedule('0 3 * * *', 'SELECT 1')$f$;
CREATE FUNCTION built(h text) RETURNS text LANGUAGE plpgsql AS $f$BEGIN PERFORM dblink('host=' || h, 'SELECT 1'); RETURN 'see https://docs.example/host=page'; END$f$;
CREATE FUNCTION plain() RETURNS text LANGUAGE sql AS $f$SELECT 'https://example.com/help'$f$;
CREATE VIEW far AS SELECT a FROM dblink('host=pg.prod.internal password=hidden-word', 'SELECT 1') AS t(a int)`

// What reaches other servers is told of; addresses and passwords that the text of
// a function names lead nowhere in the twin, and are not printed.
func TestP16_FunctionsThatReachOutward(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, tinySQL+outwardSQL, tinyRules)
	m := tr.must(t)
	for _, note := range []string{"function public.pull() may reach other servers from the twin: dblink, a connection string", "function public.push(text) may reach other servers from the twin: http, pg_net", "function public.nightly() may reach other servers from the twin: pg_cron",
		"function public.built(text) may reach other servers from the twin: dblink", "view public.far may reach other servers from the twin: dblink, a connection string",
		"addresses in the text of function public.pull() lead nowhere in the twin", "addresses in the text of function public.pull_url() lead nowhere in the twin", "addresses in the text of function public.push(text) lead nowhere in the twin"} {
		wantNote(t, m, note)
	}
	for name, want := range map[string]string{
		"pull":     "host=tenantcopy.invalid port=5433 hostaddr=0.0.0.0 dbname=prod user=svc password=none",
		"pull_url": "postgres://tenantcopy.invalid/none",
		"push":     "https://tenantcopy.invalid/",
		"built":    "'host=' || h",
		"plain":    "https://example.com/help",
	} {
		got := tr.staging.ask(t, tr.twin, `SELECT prosrc || CASE WHEN prosecdef THEN ' definer' ELSE '' END || procost FROM pg_proc WHERE proname = $1`, name)[0]
		if !strings.Contains(got, want) || strings.Contains(got, "hidden-word") || strings.Contains(got, "prod.internal") || name == "pull" && !strings.HasSuffix(got, "definer7") {
			t.Errorf("%s is %s", name, got)
		}
	}
	if strings.Contains(tr.seen.String(), "hidden-word") || strings.Contains(tr.seen.String(), "prod.internal") {
		t.Error("an address or a password was printed")
	}
}
