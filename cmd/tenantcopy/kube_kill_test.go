package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	batchv1 "k8s.io/api/batch/v1"

	"github.com/tenantcopy/tenantcopy/internal/job"
)

// killedImage runs the real program, and at the end of the chunk whose number
// ends the tenant's name kills it with all that it has started. The second pod
// is left alone.
const killedImage = `cd "$ROOT/etc/tenantcopy" || exit 1
at=${2##*at}
mkdir "$MARKS/$at" 2>/dev/null || exec tenantcopy "$@"
tenantcopy "$@" | {
	n=0
	while read -r line; do
		printf '%s\n' "$line"
		case $line in *'"chunk":'*'"tally":'*) n=$((n + 1)); [ "$n" -lt "$at" ] || kill -KILL 0 ;; esac
	done
}`

// killRules has a table without a key, in which a row that came twice would
// stay.
const killRules = "version: 1\npeople: none\nredis:\n  \"*\": keep\npostgres:\n  things:\n    id: keep\n    label: keep\n  parts:\n    id: keep\n    thing: keep\n  notes:\n    label: keep\n"

// TestKubeO17_KilledAtEachChunk: the pod is killed with SIGKILL at each chunk
// boundary in turn; the Job's next pod finishes, without duplicates and without
// leftovers.
func TestKubeO17_KilledAtEachChunk(t *testing.T) {
	t.Parallel()
	b := newJobBench(t)
	start := func(name, image string) job.Spec {
		s := b.settle(t, jobCase{name: name, rules: killRules})
		s.Image, s.Arguments = image, []string{"--only", "postgres,redis"}
		fillDatabase(t, s.Source.Name)
		conn := postgresOf(t, "PROD", s.Source.Name)
		_, err := conn.Exec(t.Context(), "CREATE TABLE notes (label text); INSERT INTO notes SELECT 'note ' || n % 7 FROM generate_series(1, 1000) n")
		check(t, err)
		check(t, conn.Close(t.Context()))
		_, err = b.jobs.Start(t.Context(), s)
		check(t, err)
		return s
	}
	whole := start("whole", "tenantcopy")
	var chunks int
	outcome, err := b.jobs.Follow(t.Context(), whole.Destination, job.Listener{Note: func(string) {}, Line: func(line []byte) {
		if strings.Contains(string(line), `"chunk":`) && strings.Contains(string(line), `"tally":`) {
			chunks++
		}
	}})
	check(t, err)
	if !outcome.Complete || chunks < 5 {
		t.Fatalf("complete %v with %d chunks", outcome.Complete, chunks)
	}
	var specs []job.Spec
	for at := 1; at <= chunks; at++ {
		specs = append(specs, start("at"+strconv.Itoa(at), "killed"))
	}
	want := b.twin(t, whole.Destination.Name)
	for i, s := range specs {
		end, _ := b.end(t, job.Name(s.Destination))
		codes, words := b.words(t, job.Name(s.Destination))
		slices.Sort(codes)
		if end.Type != batchv1.JobComplete || !slices.Equal(codes, []int{0, 137}) || len(words) != 1 {
			t.Errorf("killed after chunk %d of %d: %s %s, codes %v, %d last words", i+1, chunks, end.Type, end.Reason, codes, len(words))
		}
		if got := b.twin(t, s.Destination.Name); got != want {
			t.Errorf("killed after chunk %d of %d: the twin is %s, want %s", i+1, chunks, got, want)
		}
	}
}

// twin says what a destination holds: rows and their sums, keys, and what lies
// about that should not.
func (b *jobBench) twin(t *testing.T, name string) string {
	t.Helper()
	conn := postgresOf(t, "STAGING", name)
	defer conn.Close(t.Context())
	var rows, left string
	check(t, conn.QueryRow(t.Context(), "SELECT concat_ws('/', (SELECT count(*) FROM things), (SELECT count(*) FROM parts), (SELECT count(*) FROM notes), (SELECT md5(string_agg(label, ',' ORDER BY label)) FROM notes))").Scan(&rows))
	check(t, conn.QueryRow(t.Context(), "SELECT concat_ws('/', (SELECT string_agg(nspname, ',') FROM pg_namespace WHERE nspname LIKE 'tenantcopy%'), (SELECT string_agg(replace(datname, $1, ''), ',') FROM pg_database WHERE datname LIKE $1 || '\\_\\_%'))", name).Scan(&left))
	staged, err := redisOf(t, "STAGING").Keys(t.Context(), "*"+name+"*~*").Result()
	check(t, err)
	var indexes int
	check(t, conn.QueryRow(t.Context(), "SELECT count(*) FROM pg_indexes WHERE schemaname = 'public'").Scan(&indexes))
	return fmt.Sprintf("rows %s, %d indexes, %d keys, left %q and %d keys", rows, indexes, live(t, name), left, len(staged))
}
