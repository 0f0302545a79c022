package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/tenantcopy/tenantcopy/internal/anonymize"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/ruleset"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

// rowPlan says which rows of the source are copied, where the rules leave some
// out.
type rowPlan struct {
	now     string            // the snapshot's instant, as an SQL constant
	limits  map[uint32]*limit // by the group's number
	objects *limit            // of the large objects
	closed  map[uint32][]tid  // rows that come along, by the table's number
	edges   []edge            // foreign keys
	old     *oldTwin          // nil when none of its rows stay

	mu    sync.Mutex
	notes []string // for the report
}

// limit is what $rows says about one group. The condition holds for every
// partition alike.
type limit struct {
	group *group
	rule  anonymize.Selection
	sql   string   // condition; empty when none says so, or for all
	also  []*table // other tables that the condition may read
}

// some reports whether rows of the group may be left out.
func (l *limit) some() bool { return l != nil && (l.rule.None || l.sql != "") }

// kept is the condition of the rows that are copied for their own sake.
func (l *limit) kept() string {
	switch {
	case l == nil || !l.some():
		return "TRUE"
	case l.rule.None:
		return "FALSE"
	}
	return "(" + l.sql + ")"
}

// left is the condition of all others.
func (l *limit) left() string {
	switch {
	case l == nil || !l.some():
		return "FALSE"
	case l.rule.None:
		return "TRUE"
	}
	return "(" + l.sql + ") IS NOT TRUE"
}

// closedBatch is how many rows that come along are one part.
const closedBatch = 5000

// partsOf lists the parts of a table: its pages, cut, under the condition, and
// the rows that come along.
func (s *staged) partsOf(t *table) []part {
	var parts []part
	l := s.rows.limits[t.group.oid]
	if l == nil || !l.rule.None {
		parts = cut(t, s.r.partSize, s.r.version >= tidRangeVersion)
		for i := range parts {
			if l != nil {
				parts[i].keep, parts[i].also = l.sql, l.also
			}
		}
	}
	for batch := range slices.Chunk(s.rows.closed[t.oid], closedBatch) {
		parts = append(parts, part{table: t, only: batch})
	}
	for i := range parts {
		parts[i].id = fmt.Sprintf("%s/%s/%04d", s.Name(), t.relation.group(), i+1)
	}
	return parts
}

// selectRows reads what $rows says, has the source check every condition, and
// finds the rows that come along and the foreign keys that would dangle. All of
// it happens before anything is written.
func (s *staged) selectRows(ctx context.Context, plan *anonymize.Plan) error {
	s.rows = &rowPlan{limits: make(map[uint32]*limit), closed: make(map[uint32][]tid)}
	for _, g := range s.r.cat.groups {
		if rule := plan.Selection(s.Name(), g.name); rule.Rows != (ruleset.Rows{}) {
			s.rows.limits[g.oid] = &limit{group: g, rule: rule}
		}
	}
	s.rows.objects = &limit{group: objectsRows(), rule: plan.Selection(s.Name(), objectsGroup)}
	if len(s.rows.limits) == 0 && s.rows.objects.rule.Rows == (ruleset.Rows{}) {
		return nil
	}
	if err := s.r.inSnapshot(ctx, func(d door) error { return s.readInstant(ctx, d) }); err != nil {
		return s.r.e.fail(ctx, "read the snapshot's time", err)
	}
	var wrong []string
	for _, l := range s.rows.inOrder(s.r.cat.groups) {
		g := l.group
		if l.rule.Where == nil {
			continue
		}
		l.sql, l.also = l.rule.Where.At(s.rows.now), s.r.cat.named(l.rule.Where, g)
		err := s.r.inSnapshot(ctx, func(d door) error { // one each: a mistake ends the transaction
			why, err := checkSQL(ctx, d, checked{at: l.rule.Line(l.rule.Where.Pos) + ": $rows of " + g.name, cond: l.rule.Where, sql: l.sql, from: g.from() + g.alias()})
			wrong = append(wrong, why...)
			return err
		})
		if err != nil {
			return s.r.e.fail(ctx, "check $rows", err)
		}
	}
	if len(wrong) > 0 {
		return wrongConditions(wrong)
	}
	if err := s.checkObjectRows(plan); err != nil {
		return err
	}
	if err := s.openOldTwin(ctx, plan); err != nil {
		return err
	}
	return s.closeRows(ctx)
}

// inOrder lists what $rows says, in the order of the groups.
func (p *rowPlan) inOrder(groups []*group) (out []*limit) {
	for _, g := range groups {
		if l := p.limits[g.oid]; l != nil {
			out = append(out, l)
		}
	}
	return append(out, p.objects)
}

func wrongConditions(lines []string) error {
	return &report.Refusal{Code: report.Usage, What: "select rows", Why: "the server does not take these conditions", Lines: lines,
		Hint: "correct $rows in the rules; functions and tables need their schema's name in front; nothing was written"}
}

// blame says of a value that could not be computed whose condition computed it.
func blame(err error, limits ...*limit) error {
	e, ok := errors.AsType[*report.Error](err)
	if !ok || e.Hint != "" || !strings.HasPrefix(stateOf(e.Err), "22") {
		return err
	}
	var places []string
	for _, l := range limits {
		if l != nil && l.sql != "" && !slices.Contains(places, l.place()) {
			places = append(places, l.place())
		}
	}
	if len(places) == 0 {
		return err
	}
	named := *e
	named.Hint = "$rows at " + strings.Join(places, " or ") + " cannot be computed for some row: guard it there, with NULLIF or CASE for instance"
	return &named
}

// readInstant fixes what now() means in conditions.
func (s *staged) readInstant(ctx context.Context, d door) error {
	err := d.row(ctx, `SELECT now()::text`, nil, &s.rows.now)
	s.rows.now = literal(s.rows.now)
	return err
}

// named lists the tables other than the one whose rows are read that a condition
// may read: all whose name is in it, when it has a query inside, and those are
// the group's own partitions too.
func (c *catalog) named(cond *ruleset.Condition, own *group) []*table {
	names := cond.Names()
	if !slices.Contains(names, "select") && !slices.Contains(names, "table") {
		return nil
	}
	var out []*table
	for _, t := range c.tables {
		if (t.group != own || own.parted) && (slices.Contains(names, t.name) || slices.Contains(names, t.group.relation.name)) {
			out = append(out, t)
		}
	}
	return out
}

// asked is one side's way to ask about a condition.
type asked interface {
	query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	describe(ctx context.Context, sql string) ([]pgconn.FieldDescription, error)
}

const volatileQuery = `SELECT proname::text FROM pg_proc WHERE proname = ANY ($1::text[]) GROUP BY proname HAVING bool_or(provolatile = 'v') ORDER BY 1`

// checked is a condition and the table it stands for.
type checked struct {
	at   string
	cond *ruleset.Condition
	sql  string // with the clock read
	from string
}

// checkSQL has the server parse a condition, which reads no row, and returns
// what is wrong with it: lines that begin with its place in the rules.
func checkSQL(ctx context.Context, d asked, c checked) (wrong []string, err error) {
	prefix := "SELECT FROM " + c.from + " WHERE ("
	if _, err := d.describe(ctx, prefix+c.sql+")"); err != nil {
		pg, ok := errors.AsType[*pgconn.PgError](err)
		if !ok || pg.Severity == "FATAL" {
			return nil, err
		}
		line := c.at + ": " + reduce(err).Error()
		if frozen, err := ruleset.ParseCondition(c.sql); err == nil {
			if word := frozen.Word(int(pg.Position) - utf8.RuneCountInString(prefix)); word != "" {
				line += " at " + word
			}
		}
		return []string{line}, nil
	}
	for _, text := range c.cond.Moments() {
		wrong = append(wrong, c.at+": "+text+" as a date is another one in every transaction: say now() or current_date, or "+text+"::text where it is plain text")
	}
	err = each(ctx, d.query, volatileQuery, []any{c.cond.Calls()}, func(rows pgx.Rows) error {
		var name string
		if err := rows.Scan(&name); err != nil {
			return err
		}
		wrong = append(wrong, c.at+": function "+name+" is volatile: a condition must mean the same in every transaction, and do nothing but read")
		return nil
	})
	return wrong, err
}

// from is the group in FROM, with all its partitions and without tables that
// only inherit from it.
func (g *group) from() string {
	if g.source != "" {
		return g.source
	}
	if g.parted {
		return g.quoted()
	}
	return "ONLY " + g.quoted()
}

// alias lets conditions speak of the group by its name, whatever partition is
// read.
func (g *group) alias() string { return " AS " + ident(g.relation.name) }

// tid is the physical address of a row.
type tid struct {
	page uint32
	item uint16
}

// tids is a condition that selects rows by address.
func tids(rows []tid) string {
	var b strings.Builder
	b.WriteString(`ctid = ANY ('{`)
	for i, r := range rows {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `"(%d,%d)"`, r.page, r.item)
	}
	b.WriteString(`}'::tid[])`)
	return b.String()
}
