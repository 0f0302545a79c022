package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"
)

// line is one figure.
type line struct {
	what   string
	value  float64
	unit   string  // of value and goal
	goal   float64 // 0: none, the line is there to compare with
	most   bool    // the goal is an upper bound, not a lower one
	cost   *cost   // for the allocations, where they matter
	beside string  // ratios to a limit or a peer of the same run
}

// met reports whether the goal is reached.
func (l line) met() bool {
	if l.most {
		return l.value <= l.goal
	}
	return l.value >= l.goal
}

func (l line) row() string {
	goal, mark, allocs := "–", "", "–"
	if l.goal > 0 {
		sign := "≥"
		if l.most {
			sign = "≤"
		}
		if goal, mark = sign+" "+number(l.goal)+" "+l.unit, "met"; !l.met() {
			mark = "**not met**"
		}
	}
	if l.cost != nil {
		allocs = fmt.Sprintf("%.0f", l.cost.allocs)
	}
	return fmt.Sprintf("| %s | %s %s | %s | %s | %s | %s |\n", l.what, number(l.value), l.unit, goal, mark, allocs, l.beside)
}

// number prints three digits that matter.
func number(v float64) string {
	switch {
	case v >= 100:
		return fmt.Sprintf("%.0f", v)
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.2f", v)
}

func table(lines []line) string {
	var out strings.Builder
	fmt.Fprintf(&out, "%s, %s; processor time of one core, the cheapest of %d rounds.\n\n", processor(), runtime.Version(), rounds)
	out.WriteString("| | measured | goal | | allocations | beside |\n|---|---|---|---|---|---|\n")
	for _, l := range lines {
		out.WriteString(l.row())
	}
	return out.String()
}

// processor names the machine's.
func processor() string {
	data, err := os.ReadFile("/proc/cpuinfo")
	if err == nil {
		for line := range strings.Lines(string(data)) {
			if name, ok := strings.CutPrefix(line, "model name"); ok {
				return strings.TrimSpace(strings.TrimLeft(name, "\t :"))
			}
		}
	}
	return runtime.GOARCH
}

// times prints a ratio.
func times(ours, other float64, of string) string { return number(ours/other) + " × " + of }
