package doctor

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tenantcopy/tenantcopy/internal/guard"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

// One check that fails, hangs or panics hides no other; what was not reached is
// said to be unclear.
func TestOneHidesNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hangs := func(ctx context.Context) Answer {
			<-ctx.Done()
			return Bad(context.Cause(ctx))
		}
		refused := &report.Error{Code: report.Transient, Op: "connect", Err: errors.New("connection refused"), Hint: "look whether it runs"}
		all := []Examination{
			{"silent", []string{Reach, Rights}, func(ctx context.Context, c *Chart) {
				if !c.Ask(ctx, Reach, hangs) {
					c.Stop("it was not reached")
				}
			}},
			{"broken", []string{Reach, Rights, Size, Clock}, func(ctx context.Context, c *Chart) {
				c.Ask(ctx, Reach, func(context.Context) Answer { return Good("there") })
				c.Ask(ctx, Rights, func(context.Context) Answer { panic("value of a row") })
				c.Ask(ctx, Clock, func(context.Context) Answer { return Bad(refused) })
				c.Skip(Size)
			}},
			{"down", []string{Reach}, func(ctx context.Context, c *Chart) {
				c.Ask(ctx, Reach, func(context.Context) Answer { return Bad(refused) })
			}},
			{"dead", []string{Version}, func(context.Context, *Chart) { panic("value of a row") }},
		}
		found, err := Run(t.Context(), time.Now, all)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, f := range found {
			got = append(got, fmt.Sprintf("%s %s %s %s", f.Group, f.Check, f.Level, f.Class))
			if strings.Contains(f.Text, "value of a row") {
				t.Errorf("a value is told: %s", f.Text)
			}
		}
		want := []string{"silent reach failed transient", "silent rights unclear ", "broken reach ok ", "broken rights unclear failed", "broken clock unclear transient", "down reach failed transient", "dead version unclear "}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}

// The end of the run is its error, and no finding.
func TestInterrupted(t *testing.T) {
	why := errors.New("interrupted")
	ctx, cancel := context.WithCancelCause(t.Context())
	all := []Examination{{"one", []string{Reach}, func(ctx context.Context, c *Chart) {
		c.Ask(ctx, Reach, func(ctx context.Context) Answer {
			cancel(why)
			<-ctx.Done()
			return Bad(ctx.Err())
		})
	}}}
	if _, err := Run(ctx, time.Now, all); !errors.Is(err, why) {
		t.Errorf("got %v", err)
	}
}

func TestWorst(t *testing.T) {
	at := func(level Level, class report.Code) Finding { return Finding{Level: level, Class: class} }
	for _, c := range []struct {
		all  []Finding
		want report.Code
	}{
		{[]Finding{at(Fine, ""), at(Warning, report.Locked), at(Unclear, "")}, ""},
		{[]Finding{at(Unclear, report.Transient), at(Warning, "")}, report.Transient},
		{[]Finding{at(Unclear, report.Transient), at(Failed, report.Denied), at(Failed, report.Usage)}, report.Denied},
	} {
		if got, bad := Worst(c.all); got.Class != c.want || bad != (c.want != "") {
			t.Errorf("%v: got %s, %v", c.all, got.Class, bad)
		}
	}
}

// The text, the lines to paste and the hints of an error come apart.
func TestBad(t *testing.T) {
	err := &report.Refusal{Code: report.Denied, What: "read database acme", Why: "2 rights are missing", Lines: []string{"GRANT a;", "GRANT b;"}, Hint: "run these"}
	want := Answer{Level: Failed, Class: report.Denied, Text: "read database acme: 2 rights are missing", Lines: []string{"GRANT a;", "GRANT b;"}, Hint: "run these"}
	if diff := cmp.Diff(want, Bad(err)); diff != "" {
		t.Error(diff)
	}
}

func TestMajor(t *testing.T) {
	for version, want := range map[string]int{"15.18 (Debian 15.18-0+deb12u1)": 15, "18beta1": 18, "Elasticsearch 8.19.6": 8, "": 0, "S": 0} {
		if got := Major(version); got != want {
			t.Errorf("%q: %d", version, got)
		}
	}
}

// Clocks that differ by more than 30 s are told, in either direction.
func TestClock(t *testing.T) {
	here := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	s := &Store{Clock: func() time.Time { return here }}
	for off, want := range map[time.Duration]Level{0: Fine, 29 * time.Second: Fine, 31 * time.Second: Warning, -time.Hour: Warning} {
		a := s.clock(t.Context(), func(context.Context) (time.Time, error) { return here.Add(off), nil })
		if a.Level != want || (off < 0 && !strings.Contains(a.Text, "1h0m0s behind")) {
			t.Errorf("%s apart: %+v", off, a)
		}
	}
}

// What the source holds is compared with what the twin's server has left.
func TestEnough(t *testing.T) {
	for _, c := range []struct {
		room  *Room
		holds int64
		want  Level
		class report.Code
	}{
		{&Room{Free: 100}, 99, Fine, ""}, {&Room{Free: 100}, 101, Failed, report.Full}, {&Room{Free: -1, Says: "nobody says"}, 101, Unclear, ""},
		{&Room{Free: 100}, 0, Fine, ""}, {&Room{Free: 100, Tight: "evicts"}, 99, Warning, ""},
	} {
		src, dst := &Store{Found: Found{Holds: c.holds}}, &Store{Found: Found{Room: c.room}}
		src.Found.Facts = &guard.Facts{Exists: true}
		if a, asked := Enough(src, dst); !asked || a.Level != c.want || a.Class != c.class {
			t.Errorf("%+v of %d: %+v", *c.room, c.holds, a)
		}
	}
	if _, asked := Enough(&Store{}, &Store{}); asked {
		t.Error("a store that does not tell is judged")
	}
}
