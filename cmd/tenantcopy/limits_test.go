package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

func TestParseSize(t *testing.T) {
	for text, want := range map[string]int64{"1": 1, "512KB": 512 << 10, "512kb": 512 << 10, "100MB": 100 << 20, "1.5GB": 3 << 29, "2 TB": 2 << 40} {
		if got, err := parseSize(text); got != want || err != nil {
			t.Errorf("%q is %d, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "MB", "-1MB", "0", "0.0001KB", "1e3", "1XB", "1 2MB", "99999999TB", "Inf", "NaN", "0x10"} {
		if got, err := parseSize(text); err == nil {
			t.Errorf("%q is %d", text, got)
		}
	}
}

// limited is the good file with limits of PostgreSQL on both sides.
func limited(t *testing.T) *config {
	t.Helper()
	text := strings.NewReplacer("    protected: true\n", `    protected: true
    limits: {postgres: {connections: 4, bytes-per-second: 100MB, runs: 2, snapshot-age: 4h}}
    postgres: {url: "postgres://u@h/{name}"}
`, "    copies-from: [prod]\n", `    copies-from: [prod]
    limits: {postgres: {connections: 8, disk: 10GB}}
    postgres: {url: "postgres://u@i/{name}"}
`).Replace(goodConfig)
	c, err := parseConfig("c.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Limits reach the store of their environment and kind, and a flag only
// lowers them.
func TestLimits(t *testing.T) {
	a, _ := testApp(map[string]string{"PW": "swordfish-1"})
	c := limited(t)
	resolve := func(env string) resolved {
		r, err := a.resolve(t.Context(), c, tenant.Ref{Env: env, Name: "acme"}, report.Source)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	plain := tenant.Limits{BytesPerSecond: 100 << 20, Runs: 2, SnapshotAge: 4 * time.Hour}
	for _, tc := range []struct {
		flags     []string
		want      tenant.Limits
		src, dst  int // connections
		wantError string
	}{
		{nil, plain, 4, 8, ""},
		{[]string{"postgres.bytes-per-second=20MB"}, tenant.Limits{BytesPerSecond: 20 << 20, Runs: 2, SnapshotAge: 4 * time.Hour}, 4, 8, ""},
		{[]string{"postgres.connections=2", "postgres.runs=1", "postgres.snapshot-age=30m"}, tenant.Limits{BytesPerSecond: 100 << 20, Runs: 1, SnapshotAge: 30 * time.Minute}, 2, 2, ""},
		{[]string{"postgres.bytes-per-second=100MB"}, plain, 4, 8, ""},
		{[]string{"redis.connections=3"}, plain, 4, 8, ""},
		{[]string{"postgres.bytes-per-second=101MB"}, plain, 0, 0, "lower postgres.bytes-per-second: it is more than prod allows\nhint: a flag may lower a limit of tenantcopy.yaml, never raise it"},
		{[]string{"postgres.connections=5"}, plain, 0, 0, "lower postgres.connections: it is more than prod allows\nhint: a flag may lower a limit of tenantcopy.yaml, never raise it"},
		{[]string{"postgres.disk=11GB"}, plain, 0, 0, "lower postgres.disk: it is more than staging allows\nhint: a flag may lower a limit of tenantcopy.yaml, never raise it"},
		{[]string{"postgres.speed=1"}, plain, 0, 0, "--limit names no limit of postgres\nhint: postgres keeps connections, bytes-per-second, runs, snapshot-age, disk"},
		{[]string{"redis.runs=1"}, plain, 0, 0, "--limit names no limit of redis\nhint: redis keeps connections"},
		{[]string{"postgres.run=1"}, plain, 0, 0, "--limit names no limit of postgres\nhint: did you mean postgres.runs?"},
		{[]string{"speed"}, plain, 0, 0, "--limit names no kind of store\nhint: it looks like --limit postgres.bytes-per-second=20MB"},
		{[]string{"postgres.runs=0"}, plain, 0, 0, "--limit postgres.runs: it is less than 1\nhint: tenantcopy --help shows the commands and their arguments"},
	} {
		p := &runPlan{flags: copyFlags{limit: tc.flags}, src: resolve("prod"), dst: resolve("staging")}
		err := p.lowerLimits()
		if tc.wantError != "" {
			if got := fmt.Sprint(err); got != tc.wantError || exitCode(err) != 3 {
				t.Errorf("%v: %s, exit code %d", tc.flags, got, exitCode(err))
			}
			continue
		}
		src, dst := p.src.stores[0], p.dst.stores[0]
		if err != nil || src.Limits.BytesPerSecond != tc.want.BytesPerSecond || src.Limits.Runs != tc.want.Runs || src.Limits.SnapshotAge != tc.want.SnapshotAge ||
			src.Connections != tc.src || dst.Connections != tc.dst || dst.Limits.Disk != 10<<30 {
			t.Errorf("%v: %v, source %+v %d, destination %+v %d", tc.flags, err, src.Limits, src.Connections, dst.Limits, dst.Connections)
		}
	}
}
