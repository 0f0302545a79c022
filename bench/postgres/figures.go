package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

// figures is what one run of one tool has cost.
type figures struct {
	whole  float64 // seconds of wall, start to end
	copied float64 // seconds to the end of ANALYZE
	cpu    float64 // seconds of processor time of the client's processes
	peak   float64 // MB, of its largest process
	server float64 // seconds of processor time of both servers
	rows   int64   // as the tool counts them; 0 when it does not
}

// String is for the progress line.
func (f figures) String() string {
	return fmt.Sprintf("copy %6.2f s  whole %6.2f s  client cpu %6.2f s  servers' cpu %6.2f s  peak %4.0f MB", f.copied, f.whole, f.cpu, f.server, f.peak)
}

// run measures a command. The children's use of memory is that of the largest
// process the command and its descendants have had.
func run(ctx context.Context, cmd *exec.Cmd, ours bool) (figures, error) {
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	started := time.Now()
	if err := cmd.Start(); err != nil {
		return figures{}, err
	}
	stop := context.AfterFunc(ctx, func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) })
	defer stop()
	err := cmd.Wait()
	wall := time.Since(started).Seconds()
	if err != nil {
		return figures{}, errors.Join(err, errors.New(lastLines(said.String()+out.String())))
	}
	usage := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	f := figures{whole: wall, copied: wall, cpu: (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds(), peak: float64(usage.Maxrss) / 1024}
	if ours {
		var m report.Manifest
		if err := json.Unmarshal(out.Bytes(), &m); err != nil {
			return figures{}, fmt.Errorf("read the manifest: %w", err)
		}
		f.copied, f.rows = copySeconds(m), m.Stores[0].Tally.Records
		if os.Getenv("BENCH_PHASES") != "" {
			fmt.Fprintf(os.Stderr, "  %v\n", m.Phases)
		}
	}
	return f, nil
}

// copySeconds adds up the phases to the end of ANALYZE, which is the last
// chunk of the copy, and of the sequences, which Seal sets.
func copySeconds(m report.Manifest) float64 {
	sum := 0.0
	for _, p := range m.Phases {
		switch p.Phase {
		case report.Hooks, report.Verify, report.Switch:
		default:
			sum += p.Seconds
		}
	}
	return sum
}

func lastLines(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return strings.Join(lines[max(0, len(lines)-15):], "\n")
}

// median takes each figure's own median.
func median(all []figures) figures {
	pick := func(get func(figures) float64) float64 {
		values := make([]float64, len(all))
		for i, f := range all {
			values[i] = get(f)
		}
		slices.Sort(values)
		return values[len(values)/2]
	}
	return figures{
		whole: pick(func(f figures) float64 { return f.whole }), copied: pick(func(f figures) float64 { return f.copied }),
		cpu: pick(func(f figures) float64 { return f.cpu }), peak: pick(func(f figures) float64 { return f.peak }), rows: all[0].rows, server: pick(func(f figures) float64 { return f.server }),
	}
}
