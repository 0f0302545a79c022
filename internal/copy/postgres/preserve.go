package postgres

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5"

	"github.com/tenantcopy/tenantcopy/internal/anonymize"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

// Rows of the old twin that stay are read here, and nowhere else: from a twin
// that tenantcopy made, in one transaction, through anonymize.Preserved.

// oldTwin is the twin that serves while it is read. Its rows are those of one
// transaction, so that they agree with each other.
type oldTwin struct {
	mu    sync.Mutex // one table at a time
	conn  *pgx.Conn
	stays []*stay
}

// stay is one group whose old rows stay.
type stay struct {
	group   *group
	rule    anonymize.Selection
	door    anonymize.Preserved
	sql     string   // SELECT at the old twin
	columns []string // quoted: those that both sides have
	all     []string // quoted: those of the new table that are written
	keys    []uniqueKey
}

// of returns what stays of a group; nil when nothing does.
func (o *oldTwin) of(g *group) *stay {
	if o == nil {
		return nil
	}
	if i := slices.IndexFunc(o.stays, func(st *stay) bool { return st.group == g }); i >= 0 {
		return o.stays[i]
	}
	return nil
}

// release ends the session on the old twin.
func (p *rowPlan) release(ctx context.Context) {
	if p == nil || p.old == nil {
		return
	}
	p.old.mu.Lock()
	defer p.old.mu.Unlock()
	farewell(ctx, p.old.conn)
}

// openOldTwin finds out what can stay, or refuses, before anything is written.
func (s *staged) openOldTwin(ctx context.Context, plan *anonymize.Plan) error {
	old := &oldTwin{}
	for _, g := range s.r.cat.groups {
		if door, ok := plan.Preserved(s.Name(), g.name); ok {
			old.stays = append(old.stays, &stay{group: g, rule: s.rows.limits[g.oid].rule, door: door})
		}
	}
	if len(old.stays) == 0 {
		return nil
	}
	var why string
	err := s.e.inAdmin(ctx, func(conn *pgx.Conn) (err error) {
		why, err = s.readable(ctx, conn, old)
		return err
	})
	if err != nil || why != "" {
		if why != "" {
			s.rows.say("", why)
		}
		return s.e.fail(ctx, "look at the old twin", err)
	}
	e := s.e.with(map[string]string{"default_transaction_read_only": "on"})
	if old.conn, err = e.connect(ctx, e.database); err != nil {
		return e.fail(ctx, "connect to the old twin", err)
	}
	s.rows.old = old
	s.sessions = newPool(s.e, s.e.next(), writers(s.e.limit, true)) // nothing has been written yet
	if err := s.matchOldTwin(ctx, old); err != nil {
		return s.e.fail(ctx, "read the old twin's tables", err)
	}
	_, err = old.conn.Exec(ctx, `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY`)
	return s.e.fail(ctx, "read the old twin", err)
}

// readable says why there is nothing to preserve; it refuses a twin that holds
// something and was not made by tenantcopy: its rows may be real people's.
func (s *staged) readable(ctx context.Context, conn *pgx.Conn, old *oldTwin) (why string, err error) {
	dbs, err := readDatabases(ctx, conn, s.e)
	if err != nil {
		return "", err
	}
	if dbs.twin == nil {
		return "there was no twin yet, so no rows of it were preserved", nil
	}
	if err := dbs.reopen(ctx, conn, s.e); err != nil {
		return "", err
	}
	if madeByUs(dbs.twin, s.dst.Ref().String()) {
		return "", nil
	}
	empty := false
	err = s.e.in(ctx, s.e.database, func(conn *pgx.Conn) (err error) {
		empty, err = withoutTables(ctx, conn)
		return err
	})
	if err != nil || empty {
		return "the twin was empty, so no rows of it were preserved", err
	}
	var lines []string
	for _, st := range old.stays {
		lines = append(lines, st.rule.Line(st.rule.Pos)+": rows of "+st.group.name)
	}
	return "", &report.Refusal{Code: report.Unsafe, What: "preserve rows of " + s.dst.Ref().String(), Why: "tenantcopy did not make that twin, so they may be real people's", Lines: lines,
		Hint: "copy once without preserve in $rows of these tables; what is put into them after that can stay"}
}

// madeByUs reports whether a database holds a complete copy of ours, and says so
// about this twin.
func madeByUs(db *database, twin string) bool {
	return db.marker != nil && db.holds != "" && db.marker.Twin == twin && db.marker.Serving != nil
}

// matchOldTwin pairs the tables of both sides by name, and their columns.
func (s *staged) matchOldTwin(ctx context.Context, old *oldTwin) error {
	d := door{old.conn}
	cat, err := readCatalog(ctx, d.query)
	if err != nil {
		return err
	}
	var oids []uint32
	for _, st := range old.stays {
		oids = append(oids, st.group.oid)
	}
	needed, err := s.readNeeded(ctx, old, oids)
	if err != nil {
		return s.r.e.fail(ctx, "read the unique keys", err)
	}
	var found []*stay
	var wrong, lacking []string
	for _, st := range old.stays {
		i := slices.IndexFunc(cat.groups, func(g *group) bool { return g.relation == st.group.relation })
		if i < 0 {
			s.rows.say(st.group.name, "the old twin has no such table, so no rows of it were preserved")
			continue
		}
		lacking = append(lacking, s.matchColumns(st, cat.groups[i], needed)...)
		why, err := st.checkOld(ctx, d, cat.groups[i], s.rows.now)
		if err != nil {
			return err
		}
		wrong = append(wrong, why...)
		if len(st.columns) > 0 {
			found = append(found, st)
		}
	}
	old.stays = found
	switch {
	case len(wrong) > 0:
		return wrongConditions(wrong)
	case len(lacking) > 0:
		return &report.Refusal{Code: report.Incompatible, What: "preserve rows of the old twin", Why: "their tables lack columns that must have a value and have no default", Lines: lacking,
			Hint: "add the columns to the old twin, with values, or leave preserve out for these tables; nothing was written"}
	}
	return nil
}

// matchColumns lists the columns that both sides have, and returns those that
// only the source has and that cannot be left out.
func (s *staged) matchColumns(st *stay, twin *group, needed map[columnOf]bool) (lacking []string) {
	var dropped []string
	own := func(c column) bool { return !c.generated }
	for _, c := range st.group.columns {
		if !own(c) {
			continue
		}
		st.all = append(st.all, ident(c.name))
		if slices.ContainsFunc(twin.columns, func(o column) bool { return o.name == c.name }) {
			st.columns = append(st.columns, ident(c.name))
		} else if needed[columnOf{st.group.oid, c.name}] {
			lacking = append(lacking, st.rule.Line(st.rule.Pos)+": column "+c.name+" of "+st.group.name)
		}
	}
	for _, c := range twin.columns {
		if own(c) && !slices.ContainsFunc(st.group.columns, func(o column) bool { return o.name == c.name }) {
			dropped = append(dropped, c.name)
		}
	}
	if len(dropped) > 0 {
		s.rows.say(st.group.name, "only the old twin has column "+joinNames(dropped)+", whose values were not preserved")
	}
	return lacking
}

// checkOld completes the SELECT and has the old twin check the condition.
func (st *stay) checkOld(ctx context.Context, d door, twin *group, now string) ([]string, error) {
	st.sql = "SELECT " + joinNames(st.columns) + " FROM " + twin.from() + twin.alias()
	if st.rule.Stay == nil {
		return nil, nil
	}
	sql := st.rule.Stay.At(now)
	st.sql += " WHERE (" + sql + ")"
	return checkSQL(ctx, d, checked{at: st.rule.Line(st.rule.Stay.Pos) + ": preserve of " + st.group.name, cond: st.rule.Stay, sql: sql, from: twin.from() + twin.alias()})
}

// Rows of the old twin are fetched so many at once: fewest at first, then twice
// as many each time while they fit into fetchBytes, or half as many.
const (
	fewestFetched = 100
	mostFetched   = 10_000
	fetchBytes    = 1 << 20
)

// preserve copies the rows that stay into a table of this transaction's own,
// as text: numbers of types, and types themselves, may differ on both sides.
func (st *stay) preserve(ctx context.Context, old, dst *pgx.Conn) (e entry, err error) {
	if _, err := old.Exec(ctx, `DECLARE tenantcopy_stay NO SCROLL CURSOR FOR `+st.sql); err != nil {
		return e, err
	}
	defer func() { // whatever happened, the next try declares it anew
		_, closed := old.Exec(ctx, `CLOSE tenantcopy_stay`)
		err = cmp.Or(err, closed)
	}()
	into := fmt.Sprintf(`COPY %s (%s) FROM STDIN (FORMAT text)`, stayTable, joinNames(st.columns))
	out := &sink{text: true}
	for n := fewestFetched; ; {
		batch := old.PgConn().ExecParams(ctx, fmt.Sprintf(`FETCH %d FROM tenantcopy_stay`, n), nil, nil, nil, nil).Read()
		if batch.Err != nil {
			return e, batch.Err
		}
		if len(batch.Rows) == 0 {
			break
		}
		for _, row := range batch.Rows {
			out.begin(len(row))
			for _, value := range row {
				out.value(st.door.Value(value))
			}
			out.end()
		}
		body := make([]byte, out.ready())
		out.take(body)
		switch {
		case len(body) < fetchBytes/2:
			n = min(2*n, mostFetched)
		case len(body) > fetchBytes:
			n = max(n/2, 1)
		}
		if _, err := dst.PgConn().CopyFrom(ctx, bytes.NewReader(body), into); err != nil {
			return e, err
		}
	}
	return entry{rows: out.rows, bytes: out.bytes}, nil
}

// say keeps a note for the report, one a table and text.
func (p *rowPlan) say(group, text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if group != "" {
		text = group + ": " + text
	}
	if !slices.Contains(p.notes, text) {
		p.notes = append(p.notes, text)
	}
}

// said returns the notes.
func (p *rowPlan) said() []string {
	if p == nil {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	slices.SortFunc(p.notes, strings.Compare)
	return slices.Clone(p.notes)
}
