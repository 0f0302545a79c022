package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"sort"
	"strings"
	"time"

	"golang.org/x/term"

	"github.com/tenantcopy/tenantcopy/internal/guard"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

// plainInterval is how often a store under way says how far it is.
const plainInterval = 10 * time.Second

// faces are what --progress takes.
var faces = []string{"auto", "tty", "plain", "json", "quiet"}

// progressHelp says what they look like.
const progressHelp = "tty draws bars, plain prints lines, json an event a line, quiet nothing; auto is tty on a terminal and plain elsewhere"

// phaseWords say what a phase does.
var phaseWords = map[report.Phase]string{
	report.Survey: "looking at what there is", report.People: "finding the people", report.Compile: "planning", report.Prepare: "preparing",
	report.Copy: "copying", report.Seal: "sealing", report.Hooks: "running hooks", report.Verify: "proving", report.Switch: "switching",
	report.Record: "recording",
}

// face returns where the run's events go, nil for nowhere, and what gives the
// output back when the run has ended.
func (a *app) face(progress string) (report.Sink, func()) {
	terminal, ok := a.out.target().(*os.File)
	switch {
	case progress == "quiet":
		return nil, func() {}
	case progress == "json":
		encoder := json.NewEncoder(jsonWriter{a.out})
		return func(e report.Event) { _ = encoder.Encode(e) }, func() {} // an output that takes no more ends the run, see interruptible
	case ok && isTerminal(terminal) && (progress == "tty" || progress == "auto" && a.drawable()):
		b := newBars(a, terminal)
		return b.event, b.end
	}
	p := &plain{app: a, stores: make(map[string]*storeProgress)}
	return p.event, func() {}
}

// drawable reports whether the terminal can move its cursor.
func (a *app) drawable() bool {
	kind, _ := a.lookup("TERM")
	return kind != "" && kind != "dumb"
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// plain prints one line a store and phase, and one every ten seconds while a
// store is being copied. It writes no control characters.
type plain struct {
	app    *app
	stores map[string]*storeProgress
	began  time.Time
}

// storeProgress is how far one store is.
type storeProgress struct {
	total   int64
	tally   report.Tally
	printed time.Time
}

func (p *plain) event(e report.Event) {
	if p.began.IsZero() {
		p.began = e.Time
	}
	s := p.stores[e.Store]
	if s == nil {
		s = &storeProgress{printed: e.Time}
		p.stores[e.Store] = s
	}
	switch {
	case e.Phase == report.Survey && e.Store != "":
		s.total = e.Total
		p.line(e, "%-9s surveyed, %s", e.Store, about(e.Total))
	case e.Phase == report.Copy && e.Tally != nil:
		s.tally.Add(*e.Tally)
		if e.Time.Sub(s.printed) >= plainInterval {
			s.printed = e.Time
			p.line(e, "%-9s %s, %s so far, %s in all", e.Store, records(s.tally.Records), size(s.tally.Bytes), about(s.total))
		}
	case e.Phase == report.Copy && e.Done:
		p.copied(e)
	case e.Phase == report.Verify && e.Store != "":
		p.line(e, "%-9s proved clean", e.Store)
	case e.Note != "":
		p.line(e, "%s", strings.TrimSpace(e.Store+" "+e.Note))
	case e.Store != "" || e.Done:
	case e.Phase == report.Prepare, e.Phase == report.Seal, e.Phase == report.Switch:
		p.line(e, "%s", phaseWords[e.Phase])
	}
}

// copied prints a line for every store when the copy has ended.
func (p *plain) copied(e report.Event) {
	var names []string
	for name := range p.stores {
		if name != "" {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	for _, name := range names {
		t := p.stores[name].tally
		p.line(e, "%-9s %s, %s; %d values changed, %d kept, %d left out", name, records(t.Records), size(t.Bytes), t.Changed, t.Kept, t.Dropped)
	}
}

func (p *plain) line(e report.Event, format string, args ...any) {
	fmt.Fprintf(p.app.out, "%6.1fs  %s\n", e.Time.Sub(p.began).Seconds(), fmt.Sprintf(format, args...))
}

// size prints bytes for people.
func size(n int64) string {
	switch {
	case n < 1<<10:
		return fmt.Sprintf("%d B", max(n, 0))
	case n < 1<<20:
		return fmt.Sprintf("%.1f KB", float64(n)/(1<<10))
	case n < 1<<30:
		return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
	}
	return fmt.Sprintf("%.1f GB", float64(n)/(1<<30))
}

// about is an expected size, which a store need not know.
func about(n int64) string {
	if n <= 0 {
		return "of unknown size"
	}
	return "about " + size(n)
}

// records counts records.
func records(n int64) string { return numbered(n, "record") }

// numbered counts things whose plural ends in an s.
func numbered(n int64, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// announce prints the first line: how old the twin is, who uses it, and how
// long the last run took.
func (a *app) announce(ctx context.Context, p *runPlan, o *opened) {
	if p.flags.progress == "quiet" || p.flags.progress == "json" {
		return
	}
	line := fmt.Sprintf("%s → %s: ", p.src.ref, p.dst.ref)
	m := a.marker(ctx, o.sites)
	switch {
	case m == nil:
		line += "the first copy"
	case m.Serving == nil:
		line += "an earlier run did not come to its end; starting over"
	default:
		line += "the twin is " + age(a.clock().Sub(m.Serving.Time)) + " old"
		if last, ok := a.lastManifest(p, m.Serving.Run); ok {
			line += fmt.Sprintf("; the last run took %.0f s", last.Ended.Sub(last.Started).Seconds())
		}
	}
	if m != nil && m.InUse != nil && m.InUse.Until.After(a.clock()) {
		line += "; in use by " + m.InUse.By
	}
	fmt.Fprintln(a.out, line)
}

// marker returns the latest marker of a twin's stores, nil when there is none
// or it cannot be read: Admit will say why.
func (a *app) marker(ctx context.Context, sites []guard.Site) *guard.Marker {
	var latest *guard.Marker
	for _, s := range sites {
		facts, err := s.Facts(ctx, 0)
		if err == nil && facts.Marker != nil && (latest == nil || facts.Marker.Time.After(latest.Time)) {
			latest = facts.Marker
		}
	}
	return latest
}

// age prints a duration for people, in its largest unit.
func age(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", int(d.Hours()))
	}
	return fmt.Sprintf("%d days", int(d.Hours()/24))
}

// summarise prints what was done, at a glance.
func (a *app) summarise(p *runPlan, m report.Manifest) {
	if p.flags.progress == "json" || p.flags.progress == "quiet" {
		return
	}
	w := a.out
	fmt.Fprintf(w, "\n%s is a pseudonymised copy of %s, proved and live (%.1f s)\n\n", p.dst.ref, p.src.ref, m.Ended.Sub(m.Started).Seconds())
	fmt.Fprintf(w, "  %-10s %9s %10s %9s %9s %8s   %s\n", "store", "records", "bytes", "changed", "kept", "left out", "proof")
	for i, s := range m.Stores {
		proof := ""
		if i < len(m.Proof.Stores) {
			v := m.Proof.Stores[i]
			proof = fmt.Sprintf("%d values read back, no leak, control found", v.Values)
		}
		fmt.Fprintf(w, "  %-10s %9d %10s %9d %9d %8d   %s\n", s.Name, s.Tally.Records, size(s.Tally.Bytes), s.Tally.Changed, s.Tally.Kept, s.Tally.Dropped, proof)
	}
	for _, s := range m.Stores {
		for _, note := range s.Notes {
			fmt.Fprintf(w, "  %s: %s\n", s.Name, note)
		}
		for _, unread := range s.Unread {
			fmt.Fprintf(w, "  %s: not scanned: %s\n", s.Name, unread)
		}
	}
	fmt.Fprintf(w, "\n  %d people · rules %.8s · key %.8s · manifest %s/%s.json\n", m.People.People, m.Rules.Hash, m.Key, a.manifestFolder(p), m.Run)
}
