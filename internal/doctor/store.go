package doctor

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/tenantcopy/tenantcopy/internal/guard"
	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// apart is how far two clocks may be from each other before it is told.
const apart = 30 * time.Second

// Store is one store of one side that is examined.
type Store struct {
	Of    tenant.Ref
	Name  string // the store's
	Side  report.Side
	Open  func(ctx context.Context) (guard.Prober, error)
	Clock func() time.Time

	Source tenant.Ref // of a twin: what it would be copied from; zero when nobody has said
	User   string     // whose run it would be

	// Found is filled by the examination, for what depends on both sides.
	Found Found
}

// Found is what an examination of a store knows at its end.
type Found struct {
	Facts *guard.Facts // nil when it was not reached
	Holds int64        // bytes at a source; 0 when nobody says
	Room  *Room        // of a destination; nil when nobody says
}

// Group is how the store is called in the output.
func (s *Store) Group() string { return fmt.Sprintf("%s of %s", s.Name, s.Of) }

// Examination makes its checks.
func (s *Store) Examination() Examination {
	of := ofSource
	if s.Side == report.Destination {
		of = ofDestination
	}
	e := Examination{Group: s.Group(), Do: s.examine}
	for _, row := range Table() {
		if row.Of == of {
			e.Checks = append(e.Checks, row.Check)
		}
	}
	return e
}

func (s *Store) examine(ctx context.Context, c *Chart) {
	var open guard.Prober
	reached := c.Ask(ctx, Reach, func(ctx context.Context) Answer {
		began := s.Clock()
		p, err := s.Open(ctx)
		if err != nil {
			return Bad(err)
		}
		open = p
		if err := s.look(ctx, p); err != nil { // some answer nothing before they are asked
			return Bad(err)
		}
		return Good("answers after %d ms", s.Clock().Sub(began).Milliseconds())
	})
	if open != nil {
		defer func() { _ = open.Close() }() // nothing was written through it
	}
	if !reached {
		c.Stop("it was not reached")
		return
	}
	c.Ask(ctx, Exists, s.exists)
	if !s.Found.Facts.Exists {
		c.Stop("it does not exist")
	}
	var q Questions
	if p, ok := open.(Patient); ok {
		q = p.Questions()
	}
	s.ask(ctx, c, q)
	if s.Side == report.Destination {
		c.Ask(ctx, Marker, s.marker)
	}
}

// look reads guard's facts. The nonce of a proof is drawn elsewhere; this one
// proves nothing.
func (s *Store) look(ctx context.Context, p guard.Prober) error {
	facts, err := p.Facts(ctx, 0)
	if err == nil {
		s.Found.Facts = &facts
	}
	return err
}

func (s *Store) exists(context.Context) Answer {
	switch {
	case s.Found.Facts.Exists && s.Side == report.Source:
		return Good("it is there")
	case s.Found.Facts.Exists:
		return Good("there is a twin")
	case s.Side == report.Destination:
		return Good("it is not there yet: the first copy makes it")
	}
	return Answer{Level: Failed, Class: report.NotFound, Text: "it does not exist", Hint: "check the name and the address in tenantcopy.yaml"}
}

// ask asks what the store can be asked, and leaves out the rest.
func (s *Store) ask(ctx context.Context, c *Chart, q Questions) {
	c.Ask(ctx, Version, func(ctx context.Context) Answer { return s.version(ctx, q.Fit) })
	for _, one := range []struct {
		check string
		asks  bool
		look  func(context.Context) Answer
	}{
		{Sessions, q.Lasting != nil, func(ctx context.Context) Answer { return good(q.Lasting(ctx), "they last") }},
		{Rights, q.Missing != nil, func(ctx context.Context) Answer { return missing(q.Missing(ctx)) }},
		{TooMany, q.Excess != nil, func(ctx context.Context) Answer { return excess(q.Excess(ctx)) }},
		{Clock, q.Now != nil, func(ctx context.Context) Answer { return s.clock(ctx, q.Now) }},
		{Size, q.Holds != nil, func(ctx context.Context) Answer { return s.size(ctx, q.Holds) }},
		{Space, q.Room != nil, func(ctx context.Context) Answer { return s.room(ctx, q.Room) }},
		{Lock, q.Holder != nil, func(ctx context.Context) Answer { return s.lock(ctx, q.Holder) }},
	} {
		if one.asks {
			c.Ask(ctx, one.check, one.look)
		} else if s.Side == report.Destination || s.Found.Facts.Exists {
			c.Skip(one.check)
		}
	}
}

func good(err error, format string, args ...any) Answer {
	if err != nil {
		return Bad(err)
	}
	return Good(format, args...)
}

func (s *Store) version(ctx context.Context, fit func(context.Context) error) Answer {
	if fit == nil {
		return Good("%s", s.Found.Facts.Version)
	}
	return good(fit(ctx), "%s", s.Found.Facts.Version)
}

func missing(g Grants, err error) Answer {
	switch {
	case err != nil:
		return Bad(err)
	case len(g.Lines) > 0:
		return Answer{Level: Failed, Class: report.Denied, Text: g.Says, Lines: g.Lines, Hint: g.Hint}
	case g.Unsure != "":
		return Unsure(g.Unsure, g.Hint)
	}
	return Good("nothing is missing")
}

func excess(g Grants, err error) Answer {
	switch {
	case err != nil && report.CodeOf(err) == report.Denied:
		return Unsure("the server does not say what the identity may", "")
	case err != nil:
		return Bad(err)
	case len(g.Lines) > 0 || g.Says != "":
		return Warn(g.Says, g.Hint, g.Lines...)
	case g.Unsure != "":
		return Unsure(g.Unsure, g.Hint)
	}
	return Good("none")
}

// clock compares the server's clock with ours in the middle of the question.
func (s *Store) clock(ctx context.Context, now func(context.Context) (time.Time, error)) Answer {
	before := s.Clock()
	there, err := now(ctx)
	after := s.Clock()
	if err != nil {
		return Bad(err)
	}
	off := there.Sub(before.Add(after.Sub(before) / 2)).Round(time.Second)
	if off.Abs() > apart {
		return Warn(fmt.Sprintf("the server's clock is %s %s this machine's", off.Abs(), direction(off)), "set the one that is wrong by NTP: tokens, signatures and locks that expire depend on it")
	}
	if off.Abs() < time.Second {
		return Good("less than 1 s apart")
	}
	return Good("%s apart", off.Abs())
}

func direction(off time.Duration) string {
	if off > 0 {
		return "ahead of"
	}
	return "behind"
}

func (s *Store) size(ctx context.Context, holds func(context.Context) (int64, error)) Answer {
	n, err := holds(ctx)
	s.Found.Holds = n
	return good(err, "%s", Bytes(n))
}

// room notes what is left; whether it is enough is known when the source has
// been asked too.
func (s *Store) room(ctx context.Context, room func(context.Context) (Room, error)) Answer {
	r, err := room(ctx)
	if err != nil {
		r = Room{Free: -1, Says: "not told: " + Bad(err).Text}
	}
	s.Found.Room = &r
	return Good("")
}

func (s *Store) lock(ctx context.Context, holder func(context.Context, string, time.Time) (string, error)) Answer {
	by, err := holder(ctx, s.Of.String(), s.Clock())
	switch {
	case err != nil:
		return Bad(err)
	case by != "":
		return Warn("a run is under way: locked by "+by, "a copy ends with 6 until that run has ended")
	}
	return Good("free")
}

// marker judges what a twin says about itself, as guard does before a copy.
func (s *Store) marker(context.Context) Answer {
	f := *s.Found.Facts
	if err := guard.Belongs(s.Source, s.Of, s.Name, f); err != nil {
		return Bad(err)
	}
	m := f.Marker
	switch {
	case m == nil && f.Empty:
		return Good("none: nothing is there")
	case m == nil:
		return Warn("it holds data that tenantcopy did not make", "the first copy replaces it, and has to be told: --confirm "+s.Of.String())
	}
	text := fmt.Sprintf("%s, run %s of %s from %s, %s", m.State, m.Run, m.User, m.Source, m.Time.UTC().Format("2006-01-02 15:04 UTC"))
	if err := guard.Usable(m, s.User, s.Clock(), "copy into "+s.Of.String()); err != nil {
		a := Bad(err)
		return Warn(text+"; "+strings.TrimPrefix(a.Text, "copy into "+s.Of.String()+": "), a.Hint)
	}
	switch {
	case m.State == guard.Complete:
		return Good("%s", text)
	case m.State == guard.Failed:
		return Warn(fmt.Sprintf("%s (%s)", text, m.Code), "the last run failed and no copy serves; the next one begins anew")
	}
	return Warn(text, "a run is under way or did not end; the next one finishes or replaces what it left")
}

// Major is the first number of a server's version, 0 where it has none.
func Major(version string) int {
	digits := strings.TrimLeftFunc(version, func(r rune) bool { return r < '0' || r > '9' })
	end := strings.IndexFunc(digits, func(r rune) bool { return r < '0' || r > '9' })
	if end >= 0 {
		digits = digits[:end]
	}
	n, _ := strconv.Atoi(digits) // 0 for none
	return n
}

// Enough judges the space of a destination by what its source holds.
func Enough(src, dst *Store) (a Answer, asked bool) {
	r := dst.Found.Room
	if r == nil {
		return a, false
	}
	need, known := src.Found.Holds, src.Found.Facts != nil && src.Found.Holds > 0
	switch {
	case r.Tight != "":
		return Warn(r.Tight, "make room there"), true
	case r.Free < 0:
		return Unsure(r.Says, ""), true
	case known && need > r.Free:
		return Answer{Level: Failed, Class: report.Full, Text: fmt.Sprintf("%s are free (%s), and the source holds %s", Bytes(r.Free), r.Says, Bytes(need)),
			Hint: "make room, enlarge the volume and what tenantcopy.yaml says of it, or leave rows out with $rows: none"}, true
	case known:
		return Good("%s are free (%s), the source holds %s", Bytes(r.Free), r.Says, Bytes(need)), true
	}
	return Good("%s are free (%s)", Bytes(r.Free), r.Says), true
}

// Bytes prints a size for people, 1 KB being 1024 bytes.
func Bytes(n int64) string {
	value, units := float64(n), []string{"B", "KB", "MB", "GB", "TB"}
	i := 0
	for ; value >= 1024 && i < len(units)-1; i++ {
		value /= 1024
	}
	if i == 0 {
		return fmt.Sprintf("%d B", n)
	}
	return fmt.Sprintf("%.1f %s", value, units[i])
}
