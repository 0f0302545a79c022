package acme_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/tenantcopy/tenantcopy/examples/acme"
	"github.com/tenantcopy/tenantcopy/examples/acme/internal/load"
	"github.com/tenantcopy/tenantcopy/examples/acme/internal/servers"
	"github.com/tenantcopy/tenantcopy/examples/acme/internal/show"
	"github.com/tenantcopy/tenantcopy/examples/acme/internal/world"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/ruleset"
)

func prod() servers.Side { return servers.FromEnv("prod", os.Getenv) }

// seeded fills the servers with a small tenant of a name of its own, which is
// removed at the end.
func seeded(t *testing.T, backend string) *world.World {
	t.Helper()
	w := world.New("demo-"+strings.ToLower(rand.Text()[:8]), 50)
	into := load.Into{Side: prod(), Stores: servers.Kinds(), Backend: backend}
	t.Cleanup(func() { remove(t, w.Tenant, backend) })
	for range 2 { // a second run replaces the first
		if err := load.Tenant(t.Context(), w, into); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

// remove takes a tenant off production's servers.
func remove(t *testing.T, tenant, backend string) {
	ctx := context.Background()
	check := func(err error) {
		if err != nil {
			t.Errorf("clean up: %v", err)
		}
	}
	if c, err := prod().Database(ctx, "postgres"); err != nil {
		check(err)
	} else {
		_, err := c.Exec(ctx, `DROP DATABASE IF EXISTS "`+tenant+`" WITH (FORCE)`)
		check(err)
		check(c.Close(ctx))
	}
	if c, err := prod().Search(); err != nil {
		check(err)
	} else {
		check(load.DeleteIndexes(ctx, c, load.IndexNames(tenant)))
	}
	if c, err := prod().Redis(); err != nil {
		check(err)
	} else {
		check(load.Unlink(ctx, c, tenant))
		check(c.Close())
	}
	c, err := prod().Container(backend, tenant)
	check(err)
	names, err := c.Names(ctx)
	check(err)
	for _, name := range names {
		check(c.Delete(ctx, name))
	}
	check(c.Remove(ctx))
}

func TestSeed(t *testing.T) {
	for _, backend := range []string{servers.Azure, servers.S3} {
		t.Run(backend, func(t *testing.T) {
			t.Parallel()
			w := seeded(t, backend)
			t.Run("counts", func(t *testing.T) { testCounts(t, w, backend) })
			t.Run("the same person", func(t *testing.T) { testSamePerson(t, w, backend) })
			t.Run("rules cover all columns", func(t *testing.T) { testColumns(t, w) })
			t.Run("show", func(t *testing.T) { testShow(t, w, backend) })
		})
	}
}

func testCounts(t *testing.T, w *world.World, backend string) {
	ctx := t.Context()
	db, err := prod().Database(ctx, w.Tenant)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close(ctx)
	for table, want := range map[string]int{
		"users": len(w.Users), "employees": len(w.Employees()), "candidates": len(w.Candidates), "offers": len(w.Offers), "messages": len(w.Messages),
		"applications": len(w.Users), "events": 4 * len(w.Users), "integrations": 6, "audit_log": -1, "outbox": -1, "sessions": -1, "api_keys": 12,
		"documents": -1, `"LegacyImport"`: len(w.Users)/8 + 3, "hr.performance_reviews": -1, "reporting.directory": -1, "reporting.managers": -1,
	} {
		var got int
		if err := db.QueryRow(ctx, "SELECT count(*) FROM "+table).Scan(&got); err != nil {
			t.Errorf("%s: %v", table, err)
		} else if got != want && (want >= 0 || got == 0) {
			t.Errorf("%s: %d rows, want %d", table, got, want)
		}
	}
	search, err := prod().Search()
	if err != nil {
		t.Fatal(err)
	}
	for alias, want := range map[string]int{"profiles": len(w.Users), "offers": len(w.Offers), "messages": len(w.Messages)} {
		var found struct{ Count int }
		if err := search.Do(ctx, "GET", "/"+w.Tenant+"-"+alias+"/_count", nil, &found); err != nil || found.Count != want {
			t.Errorf("index %s: %d documents (%v), want %d", alias, found.Count, err, want)
		}
	}
	c, err := prod().Container(backend, w.Tenant)
	if err != nil {
		t.Fatal(err)
	}
	names, err := c.Names(ctx)
	if err != nil {
		t.Fatal(err)
	}
	var keys []string // every key of the database leads to an object
	if err := db.QueryRow(ctx, "SELECT array_agg(k) FROM (SELECT avatar_key AS k FROM users UNION SELECT cv_key FROM candidates UNION SELECT blob_key FROM documents) x WHERE k IS NOT NULL").Scan(&keys); err != nil {
		t.Fatal(err)
	}
	for _, key := range keys {
		if !slices.Contains(names, key) {
			t.Errorf("the database names an object that is not there: %s", key)
		}
	}
}

// testSamePerson looks for one person's name and address in all four stores.
func testSamePerson(t *testing.T, w *world.World, backend string) {
	ctx := t.Context()
	zoe := w.User(world.Zoe)
	for kind, read := range map[string]func() (string, error){
		servers.Postgres: func() (string, error) {
			db, err := prod().Database(ctx, w.Tenant)
			if err != nil {
				return "", err
			}
			defer db.Close(ctx)
			var row string
			err = db.QueryRow(ctx, "SELECT u::text FROM users u WHERE id = $1", zoe.ID).Scan(&row)
			return row, err
		},
		servers.Search: func() (string, error) {
			search, err := prod().Search()
			if err != nil {
				return "", err
			}
			var doc json.RawMessage
			err = search.Do(ctx, "GET", "/"+w.Tenant+"-profiles/_doc/7", nil, &doc)
			return string(doc), err
		},
		servers.Redis: func() (string, error) {
			c, err := prod().Redis()
			if err != nil {
				return "", err
			}
			defer c.Close()
			hash, err := c.HGetAll(ctx, w.Tenant+":user:7").Result()
			return fmt.Sprint(hash), err
		},
		servers.Blob: func() (string, error) {
			c, err := prod().Container(backend, w.Tenant)
			if err != nil {
				return "", err
			}
			o, found, err := c.Get(ctx, "documents/7/cv.pdf")
			if !found {
				return "no document", err
			}
			avatar, _, err := c.Get(ctx, "avatars/7.jpg")
			// In a PDF's own encoding the name has other bytes; the picture has it in UTF-8.
			return string(o.Body) + string(avatar.Body), err
		},
	} {
		text, err := read()
		if err != nil {
			t.Errorf("%s: %v", kind, err)
			continue
		}
		if !strings.Contains(text, zoe.Full) || !strings.Contains(text, zoe.Email) {
			t.Errorf("%s: user %d is not the same person there", kind, zoe.ID)
		}
	}
}

// testColumns holds that every column that is data has a line in the rules.
func testColumns(t *testing.T, w *world.World) {
	rules, err := ruleset.Parse("rules.yaml", []byte(acme.Rules))
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	db, err := prod().Database(ctx, w.Tenant)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close(ctx)
	rows, err := db.Query(ctx, `SELECT n.nspname || '.' || c.relname, a.attname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
	  JOIN pg_attribute a ON a.attrelid = c.oid WHERE n.nspname IN ('public', 'hr') AND c.relkind IN ('r', 'p') AND NOT c.relispartition
	  AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''`)
	if err != nil {
		t.Fatal(err)
	}
	columns := 0
	for rows.Next() {
		var table, column string
		if err := rows.Scan(&table, &column); err != nil {
			t.Fatal(err)
		}
		columns++
		if !covered(rules, table, column) {
			t.Errorf("no rule for %s of %s", column, table)
		}
	}
	if err := rows.Err(); err != nil || columns < 100 {
		t.Errorf("looked at %d columns: %v", columns, err)
	}
}

func covered(rules *ruleset.Rules, table, column string) bool {
	for _, g := range rules.Store(servers.Postgres).Groups {
		if _, ok := g.Pattern.Match(table); !ok {
			continue
		}
		return g.Options.Rows.Empty() || slices.ContainsFunc(g.Fields, func(f ruleset.Field) bool { return f.Path == column })
	}
	return false
}

// testShow prints the person with production on both sides.
func testShow(t *testing.T, w *world.World, backend string) {
	var out bytes.Buffer
	r := show.Request{Tenant: w.Tenant, ID: world.Zoe, Stores: servers.Kinds(), Backend: backend, Prod: prod(), Staging: prod()}
	if err := show.Person(t.Context(), &out, r); err != nil {
		t.Fatal(err)
	}
	text := out.String()
	for _, want := range []string{"PostgreSQL", "Search", "Redis", "avatars/7.jpg", "EXIF: artist Zoë O'Brien", "I spoke to Zoë O'Brien"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not shown", want)
		}
	}
	for _, line := range strings.Split(text, "\n") {
		if n := len([]rune(line)); n > 100 {
			t.Errorf("a line has %d columns: %s", n, line)
		}
	}
}
