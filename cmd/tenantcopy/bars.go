package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

// Widths, in columns.
const (
	nameWidth = 9
	barWidth  = 28 // at most
	leastBar  = 8  // where the terminal is narrow the text is shortened first
)

// bars is the face of a run on a terminal: a bar for each store, a line that
// says what the run is doing, and everything else that is printed above them.
type bars struct {
	app      *app
	progress *mpb.Progress
	restore  []func()
	stores   map[string]*storeBar
	below    *mpb.Bar // the line of what the run is doing
	began    time.Time

	mu    sync.Mutex // guards doing and the fields of each storeBar: goroutines that draw read them, so nothing is asked of mpb under it
	doing string
}

// storeBar is one store's line.
type storeBar struct {
	*mpb.Bar
	storeProgress
	started time.Time // of its first chunk
	state   string    // instead of a rate and a time to go, once they mean nothing
}

// newBars takes the terminal over until end is called.
func newBars(a *app, terminal *os.File) *bars {
	b := &bars{app: a, stores: make(map[string]*storeBar), doing: "connecting", began: a.clock()}
	b.progress = mpb.New(mpb.WithOutput(terminal), mpb.ForceTTY())
	for _, s := range []*scrubber{a.out, a.err} {
		if isTerminal(s.target()) {
			b.restore = append(b.restore, s.through(func(w io.Writer) io.Writer { return above{b.progress, w} }))
		}
	}
	b.below = b.progress.New(0, mpb.NopStyle(), mpb.BarPriority(1<<16), mpb.PrependDecorators(decor.Any(b.status)))
	return b
}

// above prints above the bars, and where they were once they are gone.
type above struct {
	progress *mpb.Progress
	below    io.Writer
}

// Write implements io.Writer.
func (w above) Write(p []byte) (int, error) {
	n, err := w.progress.Write(p)
	if _, gone := errors.AsType[mpb.ErrDone[*mpb.Progress]](err); gone {
		return w.below.Write(p)
	}
	return n, err
}

// event is a report.Sink.
func (b *bars) event(e report.Event) {
	if e.Note != "" {
		fmt.Fprintln(b.app.out, strings.TrimSpace(e.Store+" "+e.Note))
	}
	if e.Store != "" {
		b.update(b.store(e.Store), e)
		return
	}
	if e.Phase == report.Copy && e.Done {
		for _, s := range b.stores {
			b.update(s, e)
		}
	} else if e.Note == "" && !e.Done {
		b.mu.Lock()
		b.doing = phaseWords[e.Phase]
		b.mu.Unlock()
	}
}

// store returns a store's line, and begins it.
func (b *bars) store(name string) *storeBar {
	s := b.stores[name]
	if s == nil {
		s = &storeBar{}
		text := decor.Any(func(st decor.Statistics) string { return b.text(s, st.AvailableWidth) })
		s.Bar = b.progress.New(0, mpb.BarStyle().Lbound("").Filler("█").Tip("█").Padding("░").Rbound(""), mpb.BarWidth(barWidth),
			mpb.BarPriority(len(b.stores)), mpb.PrependDecorators(decor.Name(fmt.Sprintf("%-*s", nameWidth, name))), mpb.AppendDecorators(text))
		b.stores[name] = s
	}
	return s
}

// update takes in what an event says of a store, and moves its bar there.
func (b *bars) update(s *storeBar, e report.Event) {
	b.mu.Lock()
	switch {
	case e.Phase == report.Survey:
		s.total = e.Total
	case e.Phase == report.Copy && e.Tally != nil:
		if s.started.IsZero() {
			s.started = e.Time
		}
		s.tally.Add(*e.Tally)
	case e.Phase == report.Copy && e.Done:
		s.state = "copied"
	case e.Phase == report.Verify:
		s.state = "proved clean"
	}
	done, total := s.tally.Bytes, max(s.total, s.tally.Bytes)
	if s.state != "" { // whatever was expected, this is all of it
		done, total = 1<<20, 1<<20
	}
	b.mu.Unlock()
	s.SetTotal(total+1, false) // a full bar would end
	s.SetCurrent(done)
}

// text is what stands behind a bar: as much as there is room for.
func (b *bars) text(s *storeBar, room int) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	forms := s.forms(b.app.clock())
	for _, form := range forms {
		if utf8.RuneCountInString(form)+leastBar+2 <= room {
			return form
		}
	}
	return forms[len(forms)-1]
}

// forms says how far a store is, the longest form first.
func (s *storeBar) forms(now time.Time) []string {
	done := size(s.tally.Bytes)
	switch {
	case s.state != "":
		return []string{fmt.Sprintf("%s, %s, %s", s.state, records(s.tally.Records), done), s.state, ""}
	case s.started.IsZero():
		return []string{about(s.total), ""}
	case s.total <= 0:
		return []string{fmt.Sprintf("%s, %s", records(s.tally.Records), done), done, ""}
	}
	percent := fmt.Sprintf("%2d %%", min(99, 100*s.tally.Bytes/s.total))
	short := fmt.Sprintf("%s  %s of %s", percent, done, about(s.total))
	seconds := now.Sub(s.started).Seconds()
	if seconds < 1 || s.tally.Bytes == 0 {
		return []string{short, percent, ""}
	}
	rate := float64(s.tally.Bytes) / seconds
	left := time.Duration(float64(max(0, s.total-s.tally.Bytes)) / rate * float64(time.Second))
	return []string{fmt.Sprintf("%s  %s/s, %s to go", short, size(int64(rate)), age(left)), short, percent, ""}
}

// status is the last line.
func (b *bars) status(decor.Statistics) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return fmt.Sprintf("%-*s %s", nameWidth, age(b.app.clock().Sub(b.began)), b.doing)
}

// end leaves the bars as they are and gives the terminal back. Ending each bar
// is what makes mpb draw once more, and with it what was printed last.
func (b *bars) end() {
	for _, s := range b.stores {
		s.Abort(false)
	}
	b.below.Abort(true)
	b.progress.Wait()
	for _, restore := range b.restore {
		restore()
	}
}
