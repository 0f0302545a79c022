package postgres

import (
	"strings"
	"testing"
)

// wording is what the statements of the tests say, and what they say instead to
// a server that is older than the version which brought it.
type wording struct {
	since         int
	words, before string
}

func wordings() []wording {
	return []wording{
		{14, "int4multirange", "text"},
		{14, "(NULL, NULL, NULL, 'Infinity', 'NaN'", "(NULL, NULL, NULL, 'NaN', 'NaN'"},
		{14, "RETURNS bigint BEGIN ATOMIC SELECT count(*) FROM t; END", "RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM public.t'"},
		{14, "CREATE STATISTICS s ON (v || 'word20'), id FROM p", "CREATE VIEW instead AS SELECT 'word20' AS x"},
		{14, "CREATE STATISTICS es ON (v || 'Waltraud Secretperson'), v FROM odd_w", "SELECT 1"},
		{15, "UNIQUE NULLS NOT DISTINCT (", "UNIQUE ("},
		{15, "(n) NULLS NOT DISTINCT", "(n)"},
		{15, "pu FOR TABLE p WHERE (id > 0 AND v = 'word24')", "pu FOR TABLE p; CREATE VIEW filter AS SELECT 'word24' AS x"},
		{15, "CREATE PUBLICATION parts FOR TABLES IN SCHEMA hr; CREATE PUBLICATION columns FOR TABLE a (id); CREATE PUBLICATION filtered FOR TABLE b WHERE (id > 5)", "CREATE PUBLICATION filtered FOR TABLE b"},
	}
}

// spoken returns statements as the server's version understands them.
func (s server) spoken(t *testing.T, sql string) string {
	t.Helper()
	major := 0
	for _, w := range wordings() {
		if !strings.Contains(sql, w.words) {
			continue
		}
		if major == 0 {
			major = s.major(t)
		}
		if major < w.since {
			sql = strings.ReplaceAll(sql, w.words, w.before)
		}
	}
	return sql
}
