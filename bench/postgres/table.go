package main

import (
	"fmt"
	"os/exec"
	"runtime"
	"strings"
)

// table prints the medians, with ratios to pgcopydb's wall.
func (b *bench) table(chosen []tool, results map[string][]figures) string {
	var out strings.Builder
	peer := 0.0
	if all := results[pgcopydb]; len(all) > 0 {
		peer = median(all).copied
	}
	fmt.Fprintf(&out, "Scale %g, %d rows; %d cores; %s; medians of %d alternating rounds.\n\n", b.scale, b.total(), runtime.NumCPU(), serverLine(), len(results[chosen[0].name]))
	out.WriteString("| | copy to the end of ANALYZE | ÷ pgcopydb | whole run | ÷ copy | client CPU | a row | servers' CPU | peak memory |\n|---|---|---|---|---|---|---|---|---|\n")
	for _, t := range chosen {
		f := median(results[t.name])
		ratio, whole, share := "–", "–", "–"
		if peer > 0 {
			ratio = fmt.Sprintf("%.2f", f.copied/peer)
		}
		if t.ours {
			whole, share = fmt.Sprintf("%.1f s", f.whole), fmt.Sprintf("%.2f", f.whole/f.copied)
		}
		fmt.Fprintf(&out, "| %s | %.1f s | %s | %s | %s | %.1f s | %.2f µs | %.1f s | %.0f MB |\n", t.title, f.copied, ratio, whole, share, f.cpu, f.cpu/float64(b.total())*1e6, f.server, f.peak)
	}
	return out.String()
}

func (b *bench) total() int64 {
	var n int64
	for table, rows := range b.rows {
		if table != "headcount" {
			n += rows
		}
	}
	return n
}

// serverLine names what was measured with.
func serverLine() string {
	out, err := exec.Command("pg_dump", "--version").Output()
	if err != nil {
		return "PostgreSQL"
	}
	return strings.TrimSpace(strings.Replace(string(out), "pg_dump (PostgreSQL)", "PostgreSQL", 1))
}
