package postgres

import (
	"strings"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

// superuserSQL is one of each kind that only a superuser makes, and what looks
// like it and is not.
const superuserSQL = `CREATE FUNCTION cfun() RETURNS language_handler LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_call_handler';
CREATE FUNCTION ifun(text) RETURNS int LANGUAGE internal STRICT IMMUTABLE AS 'textlen';
CREATE FUNCTION tight(int) RETURNS int LANGUAGE sql IMMUTABLE LEAKPROOF AS 'SELECT 1';
CREATE FUNCTION loud() RETURNS int LANGUAGE sql SET log_min_messages = 'warning' AS 'SELECT 1';
CREATE FUNCTION helped(int) RETURNS int LANGUAGE sql IMMUTABLE SUPPORT pg_catalog.generate_series_int4_support AS 'SELECT 1';
CREATE AGGREGATE catsum(text, text) (SFUNC = string_agg_transfn, STYPE = internal, FINALFUNC = string_agg_finalfn);
CREATE LANGUAGE odd HANDLER cfun;
CREATE TYPE mytype; CREATE FUNCTION my_in(cstring) RETURNS mytype LANGUAGE internal STRICT IMMUTABLE AS 'textin'; CREATE FUNCTION my_out(mytype) RETURNS cstring LANGUAGE internal STRICT IMMUTABLE AS 'textout';
CREATE TYPE mytype (INPUT = my_in, OUTPUT = my_out, LIKE = text);
CREATE CAST (mytype AS text) WITHOUT FUNCTION; CREATE CAST (int AS inet) WITH INOUT;
CREATE OPERATOR FAMILY myfamily USING btree; CREATE OPERATOR CLASS myclass FOR TYPE text USING btree FAMILY myfamily AS OPERATOR 1 <, FUNCTION 1 bttextcmp(text, text);
CREATE ACCESS METHOD heap9 TYPE TABLE HANDLER heap_tableam_handler; CREATE FOREIGN DATA WRAPPER wrapper9;
CREATE TEXT SEARCH TEMPLATE plain9 (LEXIZE = dsimple_lexize); CREATE TEXT SEARCH PARSER parser9 (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype);`

// harmlessSQL looks like it and needs no superuser.
const harmlessSQL = `; CREATE TYPE mood AS ENUM ('on', 'off'); CREATE FUNCTION quiet() RETURNS int LANGUAGE plpgsql SET work_mem = '8MB' SET search_path = '' SECURITY DEFINER AS 'BEGIN RETURN 1; END';
CREATE FUNCTION mood_of(text) RETURNS mood LANGUAGE sql AS $$SELECT 'on'::mood$$; CREATE CAST (text AS mood) WITH FUNCTION mood_of(text); CREATE CAST (varchar AS mood) WITH INOUT;
CREATE AGGREGATE longest(text) (SFUNC = textcat, STYPE = text); CREATE TYPE span AS RANGE (SUBTYPE = float8); CREATE TYPE pair AS (a int, b text); CREATE DOMAIN small AS int CHECK (VALUE < 9);
CREATE FUNCTION same(int, int) RETURNS boolean LANGUAGE sql AS 'SELECT $1 = $2'; CREATE OPERATOR === (LEFTARG = int, RIGHTARG = int, FUNCTION = same); CREATE PUBLICATION plainpub FOR TABLE t;
CREATE TEXT SEARCH DICTIONARY dict9 (TEMPLATE = simple); CREATE TEXT SEARCH CONFIGURATION config9 (COPY = simple)`

// What only a superuser makes is refused before anything is written, by kind and
// name, all at once; a template that has it is the way out.
func TestP16_WhatOnlyASuperuserMakes(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, tinySQL+"; "+superuserSQL+harmlessSQL+`; CREATE PUBLICATION everything FOR ALL TABLES`, tinyRules)
	_, err := tr.run(t.Context(), t)
	text := wantCode(t, err, report.Incompatible)
	for _, want := range []string{"function public.cfun(): language c", "function public.ifun(pg_catalog.text): language internal", "function public.tight(integer): LEAKPROOF", "function public.loud(): SET log_min_messages",
		"function public.helped(integer): SUPPORT", "aggregate public.catsum(pg_catalog.text,pg_catalog.text): state of type internal", "language odd", "type public.mytype: a base type", "cast (public.mytype AS pg_catalog.text): WITHOUT FUNCTION",
		"cast (integer AS inet)", "operator family public.myfamily USING btree", "operator class public.myclass USING btree", "access method heap9", "foreign-data wrapper wrapper9", "text search template public.plain9", "text search parser public.parser9",
		"publication everything: FOR ALL TABLES", "template:"} {
		if !strings.Contains(strings.ReplaceAll(text, "pg_catalog.", ""), strings.ReplaceAll(want, "pg_catalog.", "")) {
			t.Errorf("not named: %s", want)
		}
	}
	for _, harmless := range []string{"quiet", "mood", "longest", "span", "pair", "small", "same", "===", "plainpub", "dict9", "config9"} {
		if strings.Contains(text, harmless) {
			t.Errorf("named: %s", harmless)
		}
	}
	if t.Failed() {
		t.Log(text)
	}
	tr.wantNothingBeside(t)
	tr.template(t, superuserSQL+`; CREATE PUBLICATION everything FOR ALL TABLES`)
	tr.must(t)
	tr.wantSame(t)
}
