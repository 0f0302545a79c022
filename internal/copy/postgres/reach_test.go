package postgres

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

// A role that cannot finish is refused before anything is written, with the
// statements that an administrator has to say.
func TestRightsAreNamed(t *testing.T) {
	t.Parallel()
	for name, options := range map[string]string{"no database": "", "no member": "CREATEDB"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			id := random()
			tr := newTrial(t, tinySQL, tinyRules)
			tr.staging.create(t, tr.twin)
			tr.confirm = true
			tr.dst = as(tr.dst, "nobody-"+id, tr.staging.role(t, "nobody-"+id, options))
			_, err := tr.run(t.Context(), t)
			text := wantCode(t, err, report.Denied)
			if got := strings.Contains(text, `ALTER ROLE "nobody-`+id+`" CREATEDB`); got != (options == "") {
				t.Errorf("error: %s", text)
			}
			if !strings.Contains(text, `GRANT "postgres" TO "nobody-`+id+`"`) {
				t.Errorf("error: %s", text)
			}
			if got := tr.staging.ask(t, "postgres", `SELECT coalesce(shobj_description(oid, 'pg_database'), '') FROM pg_database WHERE datname LIKE $1`, tr.twin+"%"); len(got) != 1 || got[0] != "" {
				t.Errorf("something was written: %q", got)
			}
		})
	}
}

// Sessions that come back as fast as they can, as a pooler's do, do not keep
// the copy from going live, and then read it.
func TestSwitchAgainstReconnecting(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, tinySQL, tinyRules)
	s, _ := tr.sealedOver(t)
	ctx, cancel := context.WithCancel(t.Context())
	var met atomic.Int64
	done := make(chan string, 4)
	read := func() (v string, err error) {
		err = s.e.in(t.Context(), tr.twin, func(conn *pgx.Conn) error { return conn.QueryRow(t.Context(), `SELECT v FROM public.t`).Scan(&v) })
		return v, err
	}
	for range cap(done) {
		go func() {
			for ctx.Err() == nil {
				if _, err := read(); err == nil {
					met.Add(1)
				}
			}
			v, _ := read()
			done <- v
		}()
	}
	for met.Load() < 20 {
		time.Sleep(time.Millisecond)
	}
	if err := s.Switch(t.Context()); err != nil {
		t.Error(err)
	}
	cancel()
	for range cap(done) {
		if v := <-done; v != "second" {
			t.Errorf("a session that came back reads the %s copy", v)
		}
	}
	tr.wantNothingBeside(t)
}

// An address that leads to another database of the same name is found out
// after the renames, and once it leads right the next command finishes.
func TestPoolerThatServesTheOldDatabase(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, tinySQL, tinyRules)
	s, _ := tr.sealedOver(t)
	tr.prod.create(t, tr.twin)
	right := s.e
	err := right.inAdmin(t.Context(), func(admin *pgx.Conn) error {
		elsewhere, err := parseEndpoint(tr.prod.store(tr.twin), report.Destination, tr.src.Session)
		if err != nil {
			return err
		}
		dbs, err := readDatabases(t.Context(), admin, right)
		if err != nil {
			return err
		}
		if err := s.swap(t.Context(), admin, dbs); err != nil {
			return err
		}
		if err := allow(t.Context(), admin, right.database, true); err != nil {
			return err
		}
		return reaches(t.Context(), admin, elsewhere, s.dst.Run())
	})
	if text := wantCode(t, err, report.Failed); !strings.Contains(text, "pooler") {
		t.Errorf("error: %s", text)
	}
	if err := s.Switch(t.Context()); err != nil {
		t.Error(err)
	}
	tr.wantNothingBeside(t)
}
