package postgres

import (
	"strings"
	"testing"
)

// The script is cut at the heads of the archive's own entries only, and a
// head that text of the application's making fakes is found out.
func TestCutScript(t *testing.T) {
	t.Parallel()
	const list = "; comment\n7; 2606 100 CONSTRAINT public t t_pkey me\n9; 1259 101 INDEX public i me\n"
	const script = `\restrict token
SET client_encoding = 'UTF8';

--
-- TOC entry 7 (class 2606 OID 100)
-- Dependencies: 3 4
-- Name: t; Type: CONSTRAINT; Schema: public; Owner: -
-- Data Pos: 0
--

ALTER TABLE ONLY public.t
    ADD CONSTRAINT t_pkey PRIMARY KEY (id);


SET default_table_access_method = heap;

--
-- TOC entry 9 (class 1259 OID 101)
-- Name: i; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX i ON public.t (f('
--
-- TOC entry 8 (class 1 OID 2)
--
'));

-- Completed on a day

--
-- PostgreSQL database dump complete
--

\unrestrict token
`
	got, err := cutScript(script, list)
	if err != nil || len(got) != 2 {
		t.Fatalf("%d pieces, %v", len(got), err)
	}
	if p := got[0]; p.id != 7 || p.class != 2606 || p.oid != 100 || len(p.needs) != 2 || p.sql != "ALTER TABLE ONLY public.t\n    ADD CONSTRAINT t_pkey PRIMARY KEY (id);" {
		t.Errorf("%+v", p)
	}
	if p := got[1]; p.access != "SET LOCAL default_table_access_method = heap;\n" || !strings.HasPrefix(p.sql, "CREATE INDEX") || !strings.Contains(p.sql, "entry 8") || strings.Contains(p.sql, "unrestrict") {
		t.Errorf("%+v", p)
	}
	if _, err := cutScript(strings.Replace(script, "entry 8", "entry 7", 1), list); err == nil {
		t.Error("a fake head is believed")
	}
}

// The first statement ends at the first semicolon outside of quotes.
func TestFirstStatement(t *testing.T) {
	t.Parallel()
	for sql, want := range map[string]string{
		`CREATE INDEX i ON t (a); ALTER`:                   `CREATE INDEX i ON t (a)`,
		`CREATE INDEX "a;""b;" ON t (a);`:                  `CREATE INDEX "a;""b;" ON t (a)`,
		`CREATE INDEX i ON t ((a || ';''x;' ));`:           `CREATE INDEX i ON t ((a || ';''x;' ))`,
		`CREATE INDEX i ON t ((a || E'\\'';' || E'\';'));`: `CREATE INDEX i ON t ((a || E'\\'';' || E'\';'))`,
		`DO $x$ ; $$ ; $x$; REST`:                          `DO $x$ ; $$ ; $x$`,
		`CREATE INDEX a$b ON t (a$b$c); rest $b$;`:         `CREATE INDEX a$b ON t (a$b$c)`,
		`no end`:  `no end`,
		`a $1; b`: `a $1`,
	} {
		if first, _ := firstStatement(sql); first != want {
			t.Errorf("%s: %q", sql, first)
		}
	}
}
