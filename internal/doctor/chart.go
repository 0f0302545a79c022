package doctor

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/tenantcopy/tenantcopy/internal/parallel"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

// patience is how long one check may take.
const patience = 10 * time.Second

// atOnce is how many examinations run side by side: enough for every store and
// cluster of a pair, so that a server that is silent holds up no other.
const atOnce = 32

// Examination is all that is looked at of one thing.
type Examination struct {
	Group  string
	Checks []string // of Table, in the order of the output
	Do     func(ctx context.Context, c *Chart)
}

// Chart takes down what one examination finds.
type Chart struct {
	group   string
	clock   func() time.Time
	found   []Finding
	skipped []string
	why     string // why the checks that are missing could not be made
}

// Ask makes one check, within a time limit, and returns whether what it looked
// at is known and good enough to look further. A panic, the end of the time or a
// broken connection leaves it unclear.
func (c *Chart) Ask(ctx context.Context, check string, look func(ctx context.Context) Answer) bool {
	within, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	began := c.clock()
	var a Answer
	err := parallel.Protect(func() error {
		a = look(within)
		return nil
	})
	took := c.clock().Sub(began)
	switch {
	case err != nil:
		a = Answer{Level: Unclear, Class: report.Failed, Text: err.Error(), Hint: "report it"}
	case a.Level == Failed && within.Err() != nil:
		a = Answer{Level: Unclear, Class: report.Transient, Text: fmt.Sprintf("no answer within %.0f s", patience.Seconds()), Hint: a.Hint}
	case a.Level == Failed && a.Class == report.Transient && len(c.found) > 0: // it answered before
		a.Level = Unclear
	case a.Level == Failed && (a.Class == "" || a.Class == report.Failed):
		a.Class = classOf(check)
	}
	if a.Level == Unclear && check == Reach { // nobody there is an answer
		a.Level = Failed
	}
	c.found = append(c.found, Finding{Group: c.group, Check: check, Level: a.Level, Class: a.Class, Text: a.Text, Lines: a.Lines, Hint: a.Hint,
		Milliseconds: float64(took.Microseconds()) / 1000})
	return a.Level == Fine || a.Level == Warning
}

// Stop says why what follows cannot be looked at.
func (c *Chart) Stop(why string) { c.why = why }

// Skip leaves out checks that mean nothing for what is examined.
func (c *Chart) Skip(checks ...string) { c.skipped = append(c.skipped, checks...) }

// findings are those that were made, and for each that was not, that it is
// unclear; in the order of the examination.
func (c *Chart) findings(e Examination) []Finding {
	var out []Finding
	for _, check := range e.Checks {
		i := slices.IndexFunc(c.found, func(f Finding) bool { return f.Check == check })
		switch {
		case i >= 0:
			out = append(out, c.found[i])
		case !slices.Contains(c.skipped, check):
			out = append(out, Finding{Group: c.group, Check: check, Level: Unclear, Text: "not looked at: " + c.why})
		}
	}
	return out
}

// Run makes the examinations side by side and returns their findings in the
// order given. Its error is the end of ctx, for whatever reason.
func Run(ctx context.Context, clock func() time.Time, all []Examination) ([]Finding, error) {
	charts := make([]*Chart, len(all))
	err := parallel.All(ctx, atOnce, len(all), func(ctx context.Context, i int) error {
		c := &Chart{group: all[i].Group, clock: clock, why: "what comes before failed"}
		charts[i] = c
		if err := parallel.Protect(func() error { all[i].Do(ctx, c); return nil }); err != nil {
			c.why = err.Error()
		}
		return nil
	})
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	var out []Finding
	for i, c := range charts {
		out = append(out, c.findings(all[i])...)
	}
	return out, errors.Join(err)
}
