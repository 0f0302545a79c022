package postgres

import (
	"fmt"
	"os"
	"regexp"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
)

// peak is the largest resident memory of this process while fn runs, in MB,
// beyond what it was before.
func peak(t *testing.T, fn func()) int {
	t.Helper()
	debug.FreeOSMemory()
	if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0o200); err != nil {
		t.Fatal(err)
	}
	before := resident(t, "VmRSS")
	fn()
	return resident(t, "VmHWM") - before
}

// resident reads one line of the process's status, in MB.
func resident(t *testing.T, line string) int {
	t.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(line + `:\s*(\d+) kB`).FindStringSubmatch(string(status))
	if m == nil {
		t.Fatalf("the system does not say %s", line)
	}
	n, _ := strconv.Atoi(m[1])
	return n / 1024
}

// A kept value passes through whatever its length: memory stays flat. One that
// a rule reads is in memory as a whole, and goes again with its row. A row of
// more than a gigabyte is refused by PostgreSQL itself.
func TestP40_LargeValues(t *testing.T) {
	const mb = 64
	for _, tc := range []struct {
		name, value, rule string
		most              int // MB
	}{
		{"bytea kept", `convert_to(repeat(md5(n::text), %d), 'UTF8')`, "keep", 24},
		{"text kept", `repeat(md5(n::text), %d)`, "keep", 24},
		{"text ruled", `repeat(md5(n::text) || ' ', %d)`, "{text: plain}", raceFactor * 8 * mb},
		{"jsonb ruled", `jsonb_build_object('a', repeat(md5(n::text), %d), 'b', 'x')`, `{json: {a: keep, b: {set: y}}}`, raceFactor * 12 * mb},
	} {
		t.Run(tc.name, func(t *testing.T) {
			value := fmt.Sprintf(tc.value, mb<<20/33)
			tr := newTrial(t, `CREATE TABLE t AS SELECT n, `+value+` AS v FROM generate_series(1, 0) n; ALTER TABLE t ALTER v SET STORAGE EXTERNAL; INSERT INTO t SELECT n, `+value+` FROM generate_series(1, 3) n`,
				strings.Replace(keeping("t: n v"), "v: keep", "v: "+tc.rule, 1))
			s, plan := tr.prepared(t)
			if got := peak(t, func() { copyAll(t, s, plan) }); got > tc.most {
				t.Errorf("%d MB for values of %d, want at most %d", got, mb, tc.most)
			}
			const sums = `SELECT string_agg(n || md5(v::text), ' ' ORDER BY n) FROM t`
			src, dst := tr.prod.ask(t, tr.source(), sums), tr.staging.ask(t, tr.twin+"__new", sums)
			if (src[0] == dst[0]) != (tc.rule != `{json: {a: keep, b: {set: y}}}`) {
				t.Errorf("%s: the values arrived as %s, want %s", tc.name, dst, src)
			}
		})
	}
}
