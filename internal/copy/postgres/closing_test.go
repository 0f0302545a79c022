package postgres

import (
	"context"
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/tenantcopy/tenantcopy/internal/clone"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

//go:embed testdata/endgame.sql
var endgameSQL string

// endgameTrial has every kind of thing that is built after the rows.
func endgameTrial(t *testing.T) *trial {
	return newTrial(t, endgameSQL, endgameRules)
}

// Whatever is built after the rows is the same as at the source, each table's
// in chunks of its own or in batches. P38: the triggers do not fire.
func TestP38_EndgameIsComplete(t *testing.T) {
	t.Parallel()
	for _, apart := range []bool{true, false} {
		t.Run(fmt.Sprint("apart ", apart), func(t *testing.T) {
			t.Parallel()
			tr := endgameTrial(t)
			tr.apart, tr.partSize = apart, 32<<10
			tr.must(t)
			tr.wantSame(t)
			for what, sql := range map[string]string{
				"a key that is not validated": `SELECT conname FROM pg_constraint WHERE contype = 'f' AND NOT convalidated AND conname <> 'unproved key'`,
				"an index that is not valid":  `SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid AND indexrelid <> 'log_half'::regclass`,
				"a table without statistics": `SELECT c.oid::regclass::text FROM pg_class c WHERE relkind IN ('r', 'p', 'm') AND relnamespace <> 'information_schema'::regnamespace AND oid >= 16384
AND relname NOT IN ('unfilled') AND NOT EXISTS (SELECT FROM pg_statistic WHERE starelid = c.oid AND stainherit = (relkind = 'p'))`,
				"an expression without statistics": `SELECT 'people_expr' WHERE NOT EXISTS (SELECT FROM pg_statistic WHERE starelid = 'people_expr'::regclass)`,
				"statistics of inheritance":        `SELECT 'base' WHERE NOT EXISTS (SELECT FROM pg_statistic WHERE starelid = 'base'::regclass AND stainherit)`,
				"empty extended statistics":        `SELECT 'people_both' WHERE NOT EXISTS (SELECT FROM pg_statistic_ext_data WHERE stxddependencies IS NOT NULL)`,
			} {
				if got := tr.staging.ask(t, tr.twin, sql); len(got) > 0 {
					t.Errorf("%s: %v", what, got)
				}
			}
		})
	}
}

// A table's indexes do not wait for the rows of another table.
func TestIndexesFollowTheirTable(t *testing.T) {
	t.Parallel()
	tr := endgameTrial(t)
	tr.apart = true
	s, _ := tr.prepared(t)
	for c, err := range s.Chunks(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		table, building := strings.CutPrefix(c.ID, "postgres/people/index-")
		if !building {
			continue
		}
		if table == "" || fmt.Sprint(c.After) != "[table:people derived:people]" {
			t.Errorf("%s comes after %v", c.ID, c.After)
		}
	}
}

// Every chunk may run twice, at once and when all are done, and be cut off at
// any moment: what is there in the end is the same.
func TestEndgameTwice(t *testing.T) {
	t.Parallel()
	tr := endgameTrial(t)
	tr.apart = true
	s, plan := tr.prepared(t)
	a := plan.New()
	var all []clone.Chunk
	for c, err := range s.Chunks(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, c)
		for range 2 {
			if _, err := c.Copy(t.Context(), a); err != nil {
				t.Fatal(err)
			}
		}
	}
	want := tr.staging.schema(t, tr.twin+"__new")
	for _, c := range all {
		if _, err := c.Copy(t.Context(), a); err != nil {
			t.Fatal(err)
		}
	}
	if tr.staging.schema(t, tr.twin+"__new") != want {
		t.Error("the schema is another one after the second time")
	}
}

// Sessions die between statement and answer, in each kind of chunk: the chunk
// is tried again and the copy is the same.
func TestEndgameSessionsDie(t *testing.T) {
	t.Parallel()
	tr := endgameTrial(t)
	tr.apart = true
	s, plan := tr.prepared(t)
	a := plan.New()
	kinds := make(map[string]bool)
	for c, err := range s.Chunks(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		last := c.ID[strings.LastIndexByte(c.ID, '/')+1:]
		what, _, built := strings.Cut(last, "-")
		if built && !kinds[what] {
			kinds[what] = true
			if err := s.beforeCommit(t, c, func() error { _, err := c.Copy(t.Context(), a); return err }); !report.IsTransient(err) {
				t.Errorf("%s, cut off: %v", c.ID, err)
			}
		}
		if _, err := c.Copy(t.Context(), a); err != nil {
			t.Fatalf("%s again: %v", c.ID, err)
		}
	}
	if len(kinds) < 6 {
		t.Errorf("only %v were cut off", kinds)
	}
	if err := s.strip(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := strings.ReplaceAll(tr.prod.schemaAt(t, tr.source(), tr.staging), "ALTER TABLE ONLY public.base FORCE ROW LEVEL SECURITY;", "") // comes with Seal
	if !slices.Equal(strings.Fields(tr.staging.schema(t, tr.twin+"__new")), strings.Fields(want)) {
		t.Error("the schema is not the source's")
	}
}

// beforeCommit runs do while the journal is locked, so that it stops at its
// last statement or its first, and ends its sessions there.
func (s *staged) beforeCommit(t *testing.T, c clone.Chunk, do func() error) error {
	t.Helper()
	ctx := t.Context()
	done := make(chan error, 1)
	return s.e.in(ctx, s.e.next(), func(conn *pgx.Conn) error {
		tx, err := conn.Begin(ctx)
		if err != nil {
			return err
		}
		defer func() { _ = tx.Rollback(context.Background()) }()
		if _, err := tx.Exec(ctx, `CREATE FUNCTION `+ident(ours)+`.wait() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(600); RETURN NEW; END'`); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `CREATE TRIGGER wait BEFORE UPDATE ON `+journalTable+` FOR EACH ROW EXECUTE FUNCTION `+ident(ours)+`.wait()`); err != nil {
			return err
		}
		if err := tx.Commit(ctx); err != nil {
			return err
		}
		go func() { done <- do() }()
		for {
			const kill = `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND wait_event = 'PgSleep'`
			var n int
			if err := conn.QueryRow(ctx, kill).Scan(&n); err != nil {
				return err
			}
			if n == 0 {
				continue
			}
			_, err := conn.Exec(ctx, `DROP FUNCTION `+ident(ours)+`.wait() CASCADE`)
			if err != nil {
				return err
			}
			return <-done
		}
	})
}

const endgameRules = `version: 1
people: none
postgres:
  companies: {id: keep, code: keep, name: keep, parent: keep, boss: keep}
  people: {id: keep, company: keep, code: keep, tags: keep, period: keep, note: keep, email: keep}
  pairs: {a: keep, b: keep, "c;d": keep}
  refers: {a: keep, b: keep, x: keep, y: keep, z: keep}
  'odd; "schema".t;x': {id: keep, "v;\"'w": keep}
  log: {id: keep, at: keep, who: keep, what: keep}
  log_notes: {id: keep, at: keep}
  base: {id: keep, v: keep}
  derived: {id: keep, v: keep, w: keep}
`
