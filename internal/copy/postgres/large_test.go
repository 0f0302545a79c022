package postgres

import (
	"fmt"
	"os"
	"regexp"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/verify"
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

// A value passes through and is read back whatever its length, kept or under a
// rule: memory stays flat. What is longer than a rule reads is empty in the
// twin, and told. A row of more than a gigabyte is refused by PostgreSQL itself.
func TestP40_LargeValues(t *testing.T) {
	const note = "1 value of t.v longer than 16 MB, which is more than a rule reads: empty in the twin"
	for _, tc := range []struct {
		name, value, typ, rule, want string
		mb                           int // jsonb takes no more than 255
		note                         []string
	}{
		{"bytea kept", `convert_to(repeat(md5('v'), %d), 'UTF8')`, "bytea", "keep", "", 48, nil},
		{"text kept", `repeat(md5('v'), %d)`, "text", "keep", "", 240, nil},
		{"jsonb kept", `to_jsonb(repeat(md5('v'), %d))`, "jsonb", "keep", "", 48, nil},
		{"text ruled", `repeat(md5('v') || ' ', %d)`, "text", "{text: plain}", "NULL", 240, []string{note}},
		{"text ruled, not null", `repeat(md5('v') || ' ', %d)`, "text NOT NULL", "{text: plain}", "''", 48, []string{note}},
		{"jsonb ruled", `jsonb_build_object('a', repeat(md5('v'), %d), 'b', 'x')`, "jsonb", `{json: {a: keep, b: {set: y}}}`, "NULL", 240, []string{note}},
		{"json ruled, not null", `jsonb_build_object('a', repeat(md5('v'), %d), 'b', 'x')::json`, "json NOT NULL", `{json: {a: keep, b: {set: y}}}`, "'{}'", 48, []string{note}},
		{"text set", `repeat(md5('v'), %d)`, "text", "{set: all}", "'all'", 48, nil},
		{"bytea without a file", `convert_to(repeat(md5('v'), %d), 'UTF8')`, "bytea NOT NULL", "placeholder", "v", 48, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			value := fmt.Sprintf(tc.value, tc.mb<<20/33)
			tr := newTrial(t, `CREATE TABLE t (n int, v `+tc.typ+`); ALTER TABLE t ALTER v SET STORAGE EXTERNAL; INSERT INTO t SELECT 1, `+value,
				strings.Replace(keeping("t: n v"), "v: keep", "v: "+tc.rule, 1))
			s, plan := tr.prepared(t)
			if got := peak(t, func() { proveAll(t, s, &person.Index{}, copyAll(t, s, plan)) }); got > raceFactor*40 {
				t.Errorf("%d MB for a value of %d", got, tc.mb)
			}
			if got := s.tooLong.notes(); !slices.Equal(got, tc.note) {
				t.Errorf("notes %q", got)
			}
			if tc.want == "" {
				const sums = `SELECT string_agg(n || md5(v::text), ' ' ORDER BY n) FROM t`
				if src, dst := tr.prod.ask(t, tr.source(), sums), tr.staging.ask(t, tr.twin+"__new", sums); src[0] != dst[0] {
					t.Error("the values differ")
				}
				return
			}
			if got := tr.staging.ask(t, tr.twin+"__new", `SELECT (v::text IS NOT DISTINCT FROM (`+tc.want+`)::text AND coalesce(length(v::text), 0) < 1000000)::text FROM t`); !slices.Equal(got, []string{"true"}) {
				t.Errorf("not what stands for a value that is too long: %q", got)
			}
		})
	}
}

// proveAll reads a staged copy back, as verify does.
func proveAll(t *testing.T, s *staged, people *person.Index, tally report.Tally) {
	t.Helper()
	control := verify.NewControl((random() + random())[:12])
	if err := s.Plant(t.Context(), control); err != nil {
		t.Fatal(err)
	}
	proof := verify.Staged{Name: s.Name(), Scanner: s, Expected: tally.Groups, Sums: tally.Sums, Workers: 1}
	if _, err := verify.Prove(t.Context(), proof, verify.NewWanted(people, control, []byte(random()))); err != nil {
		t.Error(err)
	}
}
