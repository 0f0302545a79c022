package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// moments is how often something is killed. The seed of the moments is logged,
// and TENANTCOPY_TEST_SEED repeats them.
const moments = 20

func seeded(t *testing.T) *rand.Rand {
	t.Helper()
	seed := uint64(time.Now().UnixNano())
	if text := os.Getenv("TENANTCOPY_TEST_SEED"); text != "" {
		if err := json.Unmarshal([]byte(text), &seed); err != nil {
			t.Fatal("TENANTCOPY_TEST_SEED is no number")
		}
	}
	t.Logf("TENANTCOPY_TEST_SEED=%d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}

// childJob is what a process of its own is told to copy.
type childJob struct {
	Source, Twin         string // addresses
	SourcePass, TwinPass string
	Rules                string
}

// TestChildOfP33 is the program that TestP33_KilledProgram kills: it copies
// what the environment names, and does nothing when that names nothing.
func TestChildOfP33(t *testing.T) {
	text := os.Getenv("TENANTCOPY_TEST_CHILD")
	if text == "" {
		return
	}
	var job childJob
	if err := json.Unmarshal([]byte(text), &job); err != nil {
		t.Fatal(err)
	}
	name := job.Source[strings.LastIndexByte(job.Source, '/')+1:]
	tr := &trial{twin: job.Twin[strings.LastIndexByte(job.Twin, '/')+1:], rules: job.Rules, partSize: 256 << 10, mostClosed: mostClosed}
	tr.src = sourceOf(server{}, name)
	tr.src.Store = tenant.Store{Kind: tenant.Postgres, Name: "postgres", URL: job.Source, Password: tenant.NewSecret(job.SourcePass)}
	tr.dst = tenant.Store{Kind: tenant.Postgres, Name: "postgres", URL: job.Twin, Password: tenant.NewSecret(job.TwinPass)}
	if _, err := tr.run(t.Context(), t); err != nil {
		t.Fatal(err)
	}
}

// again runs until the twin's lock, which a killed run's session may hold for
// a moment more, is free.
func (tr *trial) again(t *testing.T) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(200 * time.Millisecond) {
		_, err := tr.run(t.Context(), t)
		if err == nil {
			return
		}
		if report.CodeOf(err) != report.Locked || time.Now().After(deadline) {
			t.Fatalf("a rerun: %v", err)
		}
	}
}

// wantServing fails unless the twin answers with one copy or the other. A twin
// that a switch has just shut is opened by the next command.
func (tr *trial) wantServing(t *testing.T) {
	t.Helper()
	open := tr.staging.ask(t, "postgres", `SELECT datallowconn::text FROM pg_database WHERE datname = $1`, tr.twin)
	if len(open) != 1 {
		t.Fatal("the twin is gone")
	}
	if open[0] == "false" {
		if about := tr.staging.ask(t, "postgres", `SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = $1`, tr.twin)[0]; !strings.Contains(about, `"switching"`) {
			t.Fatal("the twin is shut, and not by a switch")
		}
		tr.again(t)
	}
	if got := tr.staging.ask(t, tr.twin, `SELECT count(*)::text FROM items`)[0]; got != "20000" && got != "20001" {
		t.Errorf("the twin has %s rows", got)
	}
}

// The program is killed at random moments: the old twin or the new one
// answers, and a rerun succeeds.
func TestP33_KilledProgram(t *testing.T) {
	t.Parallel()
	tr := second(t)
	chance := seeded(t)
	job, err := json.Marshal(childJob{Source: tr.src.Store.URL, SourcePass: tr.src.Store.Password.Reveal(), Twin: tr.dst.URL, TwinPass: tr.dst.Password.Reveal(), Rules: tr.rules})
	if err != nil {
		t.Fatal(err)
	}
	start := func(ctx context.Context) *exec.Cmd {
		cmd := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestChildOfP33$", "-test.count=1")
		cmd.Env = append(cmd.Environ(), "TENANTCOPY_TEST_CHILD="+string(job))
		return cmd
	}
	began := time.Now()
	if out, err := start(t.Context()).CombinedOutput(); err != nil {
		t.Fatalf("a run that nobody kills: %v: %s", err, out)
	}
	whole := time.Since(began)
	for i := range moments {
		ctx, cancel := context.WithTimeout(t.Context(), time.Duration(chance.Int64N(int64(whole))))
		cmd := start(ctx) // killed when ctx ends
		if err := cmd.Run(); err != nil && !errors.Is(ctx.Err(), context.DeadlineExceeded) {
			if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
				t.Logf("run %d failed by itself, on what the one before left locked", i)
			}
		}
		cancel()
		tr.wantServing(t)
	}
	tr.again(t)
	tr.wantSame(t)
	tr.wantNothingBeside(t)
}

// The destination's server is killed at random moments: after its recovery the
// old twin or the new one answers, and a rerun succeeds.
func TestP33_KilledDestination(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, itemsSQL, itemsRules)
	c := newCluster(t)
	tr.staging, tr.dst = c.server, c.store(tr.twin)
	tr.partSize = 256 << 10
	tr.must(t)
	tr.prod.run(t, tr.source(), `INSERT INTO items (v, w) VALUES ('later', 1)`)
	chance := seeded(t)
	began := time.Now()
	tr.must(t)
	whole := time.Since(began)
	for range moments {
		timer := time.NewTimer(time.Duration(chance.Int64N(int64(whole))))
		killed := make(chan struct{})
		go func() {
			defer close(killed)
			<-timer.C
			c.end(syscall.SIGKILL)
		}()
		_, err := tr.run(t.Context(), t)
		<-killed
		if err != nil {
			wantCode(t, err, report.Transient)
		}
		c.start(t)
		tr.wantServing(t)
	}
	tr.again(t)
	tr.wantSame(t)
	tr.wantNothingBeside(t)
}
