package main

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
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
