package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Without a key, or with one that is too short, the program ends with 3, and
// no server has seen it.
func TestA01_NoKeyNoConnection(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	seen := make(chan struct{}, 1)
	serve := func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			c.Close()
			select {
			case seen <- struct{}{}:
			default:
			}
		}
	}
	go serve()
	dir := t.TempDir()
	config := strings.NewReplacer("h:1", l.Addr().String(), "h:2", "127.0.0.1:1", "rules.yaml", filepath.Join(dir, "rules.yaml")).Replace(goodConfig)
	for name, text := range map[string]string{"tenantcopy.yaml": config, "rules.yaml": "version: 1\npeople: none\nredis:\n  \"*\": keep\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	run := func(env map[string]string) (int, string) {
		env["PW"] = "swordfish-1"
		a, out := testApp(env)
		code := a.run([]string{"--config", filepath.Join(dir, "tenantcopy.yaml"), "prod/acme", "staging/acme", "--progress", "quiet"})
		return code, out.String()
	}
	for _, short := range []string{"", "short", strings.Repeat("0a1b", 15) + "0c"} {
		env := map[string]string{"TENANTCOPY_KEY": short}
		if short == "" {
			delete(env, "TENANTCOPY_KEY")
		}
		if code, said := run(env); code != 3 || short != "" && strings.Contains(said, short) || !strings.Contains(said, "root key") {
			t.Errorf("a key of %d characters: exit %d, %s", len(short), code, said)
		}
		select {
		case <-seen:
			t.Errorf("a key of %d characters: a server was connected to", len(short))
		default:
		}
	}
	good, _ := testApp(map[string]string{"PW": "swordfish-1", "TENANTCOPY_KEY": fmt.Sprintf("%x", "0123456789abcdefABCDEF~~??>>[]{}")})
	good.config = filepath.Join(dir, "tenantcopy.yaml")
	if _, err := good.plan(t.Context(), copyFlags{jobs: 1}, "prod/acme", "staging/acme"); err != nil {
		t.Errorf("with a key it would not have gone on: %v", err)
	}
}

// The same on real PostgreSQL, which counts the sessions of a database: without
// a key there are none, and with one there are.
func TestA01_NoKeyNoSession(t *testing.T) {
	tenant := "e2e" + strings.ToLower(rand.Text()[:8])
	admin := connectTo(t, "PROD")
	if _, err := admin.Exec(t.Context(), "CREATE DATABASE "+tenant); err != nil {
		t.Fatal(err)
	}
	for _, conn := range []*pgx.Conn{admin, connectTo(t, "STAGING")} {
		t.Cleanup(func() { _, _ = conn.Exec(context.Background(), "DROP DATABASE IF EXISTS "+tenant+" WITH (FORCE)") })
	}
	dir := t.TempDir()
	var config strings.Builder
	config.WriteString("version: 1\nkey: {env: TENANTCOPY_KEY}\nrules: " + filepath.Join(dir, "rules.yaml") + "\nenvironments:\n")
	env := make(map[string]string)
	for name, side := range map[string]string{"prod": "PROD", "staging": "STAGING"} {
		u := addressOf(t, side)
		env["PW_"+side], _ = u.User.Password()
		fmt.Fprintf(&config, "  %s:\n    postgres: {url: \"postgres://%s@%s/{name}\", password: {env: PW_%s}}\n", name, u.User.Username(), u.Host, side)
		if name == "staging" {
			config.WriteString("    copies-from: [prod]\n")
		}
	}
	config.WriteString("tenants:\n  " + tenant + ": {}\n")
	for name, text := range map[string]string{"tenantcopy.yaml": config.String(), "rules.yaml": "version: 1\npeople: none\npostgres: {t: {id: keep}}\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	sessions := func() (n int64) {
		if err := admin.QueryRow(t.Context(), "SELECT sessions FROM pg_stat_database WHERE datname = $1", tenant).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	run := func(key string) (int, string) {
		env["TENANTCOPY_KEY"] = key
		a, out := testApp(env)
		return a.run([]string{"--config", filepath.Join(dir, "tenantcopy.yaml"), "prod/" + tenant, "staging/" + tenant, "--progress", "quiet"}), out.String()
	}
	before := sessions()
	for _, short := range []string{"", "short", strings.Repeat("0a1b", 15) + "0c"} {
		if code, said := run(short); code != 3 || !strings.Contains(said, "root key") {
			t.Errorf("a key of %d characters: exit %d, %s", len(short), code, said)
		}
	}
	if n := sessions(); n != before {
		t.Errorf("%d sessions without a key", n-before)
	}
	_, said := run(strings.Repeat("0a1b2c3d", 8))
	for range 50 {
		if sessions() > before {
			return
		}
		time.Sleep(100 * time.Millisecond) // the server counts a session when it ends
	}
	t.Errorf("no session with a key, either: %s", said)
}

// addressOf is the address of a real server's maintenance database.
func addressOf(t *testing.T, side string) *url.URL {
	t.Helper()
	address, err := server("PG_" + side)
	if err != nil {
		t.Fatal(err)
	}
	password, err := server("PG_PASSWORD_" + side)
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal("the address of PostgreSQL is no URL")
	}
	u.User = url.UserPassword(u.User.Username(), password)
	return u
}

func connectTo(t *testing.T, side string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), addressOf(t, side).String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}
