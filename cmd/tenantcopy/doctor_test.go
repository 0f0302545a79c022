package main

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tenantcopy/tenantcopy/internal/doctor"
)

// The table of docs/doctor.md is made from the checks:
// go test ./cmd/tenantcopy -run TestDoctorDocument -update writes it.
func TestDoctorDocument(t *testing.T) {
	const file, begin, end = "../../docs/doctor.md", "<!-- checks: begin -->\n", "<!-- checks: end -->"
	var table strings.Builder
	table.WriteString("| of | check | looks whether | ends with |\n|---|---|---|---|\n")
	for _, row := range doctor.Table() {
		code := "a warning"
		if row.Class != "" {
			code = strconv.Itoa(numberOf(row.Class))
		}
		fmt.Fprintf(&table, "| %s | %s | %s | %s |\n", row.Of, row.Check, row.Looks, code)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := bytes.Cut(text, []byte(begin))
	got, after, ended := bytes.Cut(rest, []byte(end))
	if !ok || !ended {
		t.Fatal("docs/doctor.md has no place for the table")
	}
	if *update {
		all := bytes.Join([][]byte{before, []byte(begin), []byte(table.String()), []byte(end), after}, nil)
		if err := os.WriteFile(file, all, 0o644); err != nil {
			t.Fatal(err)
		}
	} else if diff := cmp.Diff(table.String(), string(got)); diff != "" {
		t.Errorf("docs/doctor.md is not what the checks say: go test ./cmd/tenantcopy -run TestDoctorDocument -update\n%s", diff)
	}
}

// Servers that take a connection and say nothing hold up no check for longer
// than its time, and are told one by one.
func TestDoctorSilentServers(t *testing.T) {
	t.Parallel()
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = silent.Close() })
	file := filepath.Join(t.TempDir(), "tenantcopy.yaml")
	config := strings.ReplaceAll(`version: 1
key: {env: KEY}
rules: none.yaml
environments:
  prod:
    postgres: {url: "postgres://u@ADDRESS/{name}", password: {env: KEY}}
    search: {url: "http://ADDRESS", prefix: "{name}-"}
    redis: {url: "redis://ADDRESS/0", prefix: "{name}:", password: {env: KEY}}
    blob: {url: "http://ADDRESS/prod/{name}", password: {env: KEY}}
tenants: {acme: {}}
`, "ADDRESS", silent.Addr().String())
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	a := newApp(&out, &out)
	a.clock = time.Now
	a.lookup = func(name string) (string, bool) { return "c2VjcmV0LW9mLXRoZS10ZXN0cw==", name == "KEY" }
	code := a.run([]string{"doctor", "--config", file})
	for _, kind := range []string{"postgres", "search", "redis", "blob"} {
		group, _, _ := strings.Cut(out.String()[strings.Index(out.String(), "\n"+kind+" of prod/acme"):], "\n\n")
		if !strings.Contains(group, "failed  reach           no answer within 10 s") || !strings.Contains(group, "unclear version         not looked at: it was not reached") {
			t.Errorf("%s", group)
		}
	}
	if code != 3 || strings.Contains(out.String(), "c2VjcmV0") {
		t.Errorf("exit code %d\n%s", code, out.String())
	}
}
