package postgres

import (
	"context"
	"crypto/rand"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// A test process that is killed leaves its databases and roles, and a server
// with hundreds of them is slow. So each process has a token, which is in the
// names of all that it makes and which it holds a lock on; the next one drops
// what nobody holds.

// token stands at the beginning of every random name of this process. The nought
// is in no random text, so that names of other makings are let alone.
var token = newToken()

func newToken() string { return "0" + strings.ToLower(rand.Text()[:5]) }

// random is a suffix that no other test has.
func random() string { return token + strings.ToLower(rand.Text()[:7]) }

// madeBy is the token in a name, NULL where there is none.
const madeBy = `substring(%s FROM '[-_](0[a-z2-7]{5})[a-z2-7]{7}(?:-[a-z]+)?(?:__new|__old)?$')`

// tokenLock is the lock of a token. Locks are of one database: always postgres.
const tokenLock = `(1415795563, hashtext(%s))`

func filled(sql, with string) string { return strings.ReplaceAll(sql, "%s", with) }

// sweep drops what processes have left that hold their token no more. Errors are
// no matter: somebody else may be sweeping.
func sweep(ctx context.Context, conn *pgx.Conn) {
	dead := func(name, from string) (names []string) {
		rows, _ := conn.Query(ctx, `SELECT `+name+`::text FROM `+from+` WHERE CASE WHEN `+filled(madeBy, name)+` <> `+literal(token)+` THEN
CASE WHEN pg_try_advisory_lock`+filled(tokenLock, filled(madeBy, name))+` THEN pg_advisory_unlock`+filled(tokenLock, filled(madeBy, name))+` ELSE false END ELSE false END`)
		names, _ = pgx.CollectRows(rows, pgx.RowTo[string])
		return names
	}
	for _, database := range dead("datname", "pg_database") {
		_, _ = conn.Exec(ctx, `ALTER DATABASE `+ident(database)+` IS_TEMPLATE false`)
		_, _ = conn.Exec(ctx, `DROP DATABASE IF EXISTS `+ident(database)+` WITH (FORCE)`)
	}
	for _, role := range dead("rolname", "pg_roles") {
		_, _ = conn.Exec(ctx, `DROP ROLE IF EXISTS `+ident(role))
	}
}

// holdToken locks this process's token on both servers until it ends, and
// sweeps them. Where there is none the tests say so.
func holdToken(ctx context.Context) {
	for _, side := range []string{"PROD", "STAGING"} {
		config, err := pgx.ParseConfig(os.Getenv("TENANTCOPY_TEST_PG_" + side))
		if err != nil || os.Getenv("TENANTCOPY_TEST_PG_"+side) == "" {
			continue
		}
		config.Password = os.Getenv("TENANTCOPY_TEST_PG_PASSWORD_" + side)
		conn, err := pgx.ConnectConfig(ctx, config)
		if err != nil {
			continue
		}
		keptOpen = append(keptOpen, conn)
		if _, err := conn.Exec(ctx, `SELECT pg_advisory_lock`+filled(tokenLock, literal(token))); err == nil {
			sweep(ctx, conn)
		}
	}
}

// keptOpen are the sessions that hold the token.
var keptOpen []*pgx.Conn

// What a dead process has left is dropped; what a living one has, or what has
// another name, stays.
func TestSweep(t *testing.T) {
	t.Parallel()
	s := serverOf(t, "STAGING")
	rest := strings.ToLower(rand.Text()[:7])
	dead, living, foreign := newToken()+rest, newToken()+rest, "1"+strings.ToLower(rand.Text()[:12])
	holder := s.connect(t, "postgres")
	if _, err := holder.Exec(t.Context(), `SELECT pg_advisory_lock`+filled(tokenLock, literal(living[:6]))); err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, id := range []string{dead, living, foreign, random()} {
		s.role(t, "reader-"+id, "")
		if id != dead {
			want = append(want, "reader-"+id, "twin-"+id)
		}
		s.run(t, "postgres", `CREATE DATABASE `+ident("twin-"+id)+` TEMPLATE template0 OWNER `+ident("reader-"+id))
		s.dropAfter(t, "twin-"+id)
	}
	s.run(t, "postgres", `ALTER DATABASE `+ident("twin-"+dead)+` RENAME TO `+ident("twin-"+dead+"__old"))
	sweep(t.Context(), s.connect(t, "postgres"))
	got := s.ask(t, "postgres", `SELECT name FROM (SELECT datname::text AS name FROM pg_database UNION ALL SELECT rolname FROM pg_roles) AS n WHERE EXISTS (SELECT FROM unnest($1::text[]) AS id WHERE name LIKE '%' || id || '%')`,
		[]string{dead, living, foreign, strings.TrimPrefix(want[len(want)-1], "twin-")})
	slices.Sort(want)
	if slices.Sort(got); !slices.Equal(got, want) {
		t.Errorf("left are %q, want %q", got, want)
	}
}
