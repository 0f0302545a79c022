package postgres

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

// Programs that are older than the source's server, or that are not there, are
// told of before anything is written.
func TestClientPrograms(t *testing.T) {
	for name, c := range map[string]struct{ program, says string }{
		"older":   {"#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6.24'\n", "postgresql-client-"},
		"strange": {"#!/bin/sh\necho 'hello'\n", "does not say its version"},
		"missing": {"", "not found on PATH"},
	} {
		t.Run(name, func(t *testing.T) {
			tr := newTrial(t, tinySQL, tinyRules)
			tr.must(t)
			dir := t.TempDir()
			if c.program != "" {
				if err := os.WriteFile(filepath.Join(dir, "pg_dump"), []byte(c.program), 0o755); err != nil {
					t.Fatal(err)
				}
			}
			path := os.Getenv("PATH")
			t.Setenv("PATH", dir)
			_, err := tr.run(t.Context(), t)
			t.Setenv("PATH", path)
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Fatalf("error: %v", err)
			}
			if name != "strange" {
				wantCode(t, err, report.Incompatible)
			}
			if got := tr.staging.ask(t, tr.twin, `SELECT v FROM t`)[0]; got != "first" {
				t.Errorf("the twin holds the %s copy", got)
			}
			tr.wantNothingBeside(t)
		})
	}
}

// Only whole entries are left out, whatever names look like.
func TestFilterList(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	from, to := filepath.Join(dir, "from"), filepath.Join(dir, "to")
	list := `;
; Archive created at 2024-02-29
;
3456; 0 0 USER MAPPING - USER MAPPING public SERVER se postgres
3457; 1259 16395 TABLE public USER MAPPING postgres
3458; 3466 16500 EVENT TRIGGER - et postgres
3459; 2620 16501 TRIGGER public t et postgres
3460; 0 0 COMMENT - EXTENSION citext
3461; 3079 16502 EXTENSION - cube 
3462; 3079 16503 EXTENSION - cubes 
3463; 2615 16504 SCHEMA - maps postgres
`
	if err := os.WriteFile(from, []byte(list), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := filterList(from, to, []string{"EXTENSION - cube", "SCHEMA - maps"}); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(to)
	want := "3457; 1259 16395 TABLE public USER MAPPING postgres\n3459; 2620 16501 TRIGGER public t et postgres\n3462; 3079 16503 EXTENSION - cubes \n"
	if err != nil || string(got) != want {
		t.Errorf("%q, %v", got, err)
	}
}
