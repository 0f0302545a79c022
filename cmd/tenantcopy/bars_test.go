package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/creack/pty"

	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// onTerminal runs body with an app whose output is a terminal of so many
// columns, and returns what was sent there.
func onTerminal(t *testing.T, columns uint16, body func(a *app)) string {
	t.Helper()
	own, terminal, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	if err := pty.Setsize(own, &pty.Winsize{Cols: columns, Rows: 24}); err != nil {
		t.Fatal(err)
	}
	var sent bytes.Buffer
	read := make(chan struct{})
	go func() {
		defer close(read)
		_, _ = io.Copy(&sent, own) // ends with EIO when the terminal is closed
	}()
	a := newApp(terminal, terminal)
	a.lookup = func(name string) (string, bool) { return map[string]string{"TERM": "xterm"}[name], name == "TERM" }
	body(a)
	if err := terminal.Close(); err != nil {
		t.Fatal(err)
	}
	<-read
	_ = own.Close()
	return sent.String()
}

// control is what moves the cursor.
var control = regexp.MustCompile(`\x1b\[[0-9;?]*[A-Za-z]`)

// aRun are the events of a run of two stores; pause stands between them.
func aRun(sink report.Sink, pause func()) {
	at := time.Now()
	emit := func(e report.Event) {
		at = at.Add(time.Second)
		e.Time = at
		sink(e)
		pause()
	}
	emit(report.Event{Phase: report.Survey, Store: "postgres", Total: 4 << 20, Done: true})
	emit(report.Event{Phase: report.Survey, Store: "redis", Done: true})
	emit(report.Event{Phase: report.People, Note: "2000 people in 2100 records"})
	emit(report.Event{Phase: report.Copy})
	emit(report.Event{Phase: report.Copy, Store: "postgres", Tally: &report.Tally{Records: 1000, Bytes: 1 << 20}})
	emit(report.Event{Phase: report.Copy, Store: "redis", Tally: &report.Tally{Records: 12, Bytes: 512}})
	emit(report.Event{Phase: report.Copy, Store: "postgres", Tally: &report.Tally{Records: 2000, Bytes: 2 << 20}})
	emit(report.Event{Phase: report.Copy, Done: true})
	emit(report.Event{Phase: report.Verify})
	emit(report.Event{Phase: report.Verify, Store: "postgres", Done: true})
	emit(report.Event{Phase: report.Verify, Store: "redis", Done: true})
}

// TestBars: on a terminal a run is a bar for each store, which fills, and ends
// as what the store has become; what is printed meanwhile stands above them,
// without secrets, and what is printed afterwards below.
func TestBars(t *testing.T) {
	sent := onTerminal(t, 100, func(a *app) {
		a.hide(tenant.NewSecret("hunter2-hunter2"))
		a.clock = func() time.Time { return time.Now().Add(time.Minute) }
		sink, end := a.face("auto")
		aRun(sink, func() { time.Sleep(200 * time.Millisecond) })
		fmt.Fprintln(a.err, "password hunter2-hunter2")
		end()
		fmt.Fprintln(a.out, "afterwards")
	})
	for _, want := range []string{"25 %", "1.0 MB of about 4.0 MB", "/s, ", "to go", "75 %", "12 records, 512 B", "█", "░", "copying", "proving",
		"2000 people in 2100 records\r\n", "password ***", "\r\nafterwards\r\n"} {
		if !strings.Contains(sent, want) {
			t.Errorf("%q was never shown", want)
		}
	}
	if strings.Contains(sent, "hunter2") {
		t.Error("a secret was shown")
	}
	last := control.Split(sent, -1)
	screen := last[len(last)-1]
	for _, want := range []string{"postgres  " + strings.Repeat("█", barWidth) + " proved clean, 3000 records, 3.0 MB", "redis     " + strings.Repeat("█", barWidth) + " proved clean, 12 records, 512 B"} {
		if !strings.Contains(screen, want) {
			t.Errorf("at the end there is no %q in\n%s", want, screen)
		}
	}
}

// TestBarsOnNarrowTerminal: no line is longer than the terminal is wide.
func TestBarsOnNarrowTerminal(t *testing.T) {
	const columns = 40
	sent := onTerminal(t, columns, func(a *app) {
		sink, end := a.face("auto")
		aRun(sink, func() { time.Sleep(150 * time.Millisecond) })
		end()
	})
	bars := 0
	for line := range strings.SplitSeq(control.ReplaceAllString(sent, "\n"), "\n") {
		line = strings.TrimRight(line, "\r")
		if n := utf8.RuneCountInString(line); n > columns {
			t.Errorf("%d columns: %q", n, line)
		}
		if strings.Contains(line, "░") {
			bars++
		}
	}
	if bars == 0 || !strings.Contains(sent, "proved clean") {
		t.Errorf("no bar or no word is left on a narrow terminal:\n%q", sent)
	}
}

// TestPitfall43_PipedOutput: what goes anywhere but to a terminal that can move
// its cursor has no control characters.
func TestPitfall43_PipedOutput(t *testing.T) {
	out, err := os.Create(t.TempDir() + "/out")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = out.Close() }()
	for _, progress := range []string{"auto", "tty", "plain", "json"} {
		a := newApp(out, out)
		sink, end := a.face(progress)
		aRun(sink, func() {})
		end()
	}
	piped, err := os.ReadFile(out.Name())
	if err != nil {
		t.Fatal(err)
	}
	dumb := onTerminal(t, 80, func(a *app) {
		a.lookup = func(string) (string, bool) { return "dumb", true }
		sink, end := a.face("auto")
		aRun(sink, func() {})
		end()
	})
	for _, text := range []string{string(piped), strings.ReplaceAll(dumb, "\r\n", "\n")} {
		if !strings.Contains(text, "proved clean") {
			t.Errorf("nothing was said: %q", text)
		}
		if at := strings.IndexFunc(text, func(r rune) bool { return r < ' ' && r != '\n' }); at >= 0 {
			t.Errorf("a control character: %q", text[at:min(len(text), at+20)])
		}
	}
}
