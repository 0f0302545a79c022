package postgres

import (
	"context"
	"fmt"
	"sync"

	"github.com/jackc/pgx/v5"

	"github.com/tenantcopy/tenantcopy/internal/anonymize"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

// space is what the copy needs at the destination, and what it has taken. No
// SQL says how much of a server's volume is free, so the volume's size comes
// from the configuration; without it the need is only reported.
type space struct {
	rows    int64 // bytes of the tables that are copied, TOAST included, at the source
	indexes int64 // of their indexes, and of the materialised views with theirs
	sorting int64 // of the largest index: building it needs as much beside it
	disk    int64 // of the destination's volume, 0 when nobody has said

	mu      sync.Mutex
	most    int64 // bytes at which the staged database is too large; 0 before Prepare
	unasked int64 // bytes that were copied since the server was asked
	every   int64 // ask after so many
	taken   int64 // by the staged database when the server was asked last
}

const (
	// outgrown is how much of its estimate a copy may take, in percent, and
	// slack what is not held against it: a small database has more catalogue
	// than rows.
	outgrown = 120
	slack    = 64 << 20
	// usable is how much of a volume may be filled, in percent: at 95 % some
	// providers turn the server read-only.
	usable = 95
)

// need is the space for the staged copy while its last index is built. The
// live twin is there already, and stays until the switch.
func (s *space) need() int64 { return s.rows + s.indexes + s.sorting }

// measureSpace reads the source's sizes, without tables that stay empty.
func (s *staged) measureSpace(ctx context.Context, plan *anonymize.Plan) error {
	sp := &s.space
	sp.rows = 0
	var oids []uint32
	for _, t := range s.r.cat.tables {
		if len(t.columns) == 0 {
			continue
		}
		row, err := plan.Row(s.Name(), t.group.name, s.r.cat.fields(s.Name(), t.group, stored(t.columns)))
		if err != nil {
			return err
		}
		if !row.Empty {
			oids = append(oids, t.oid)
			sp.rows += t.bytes
		}
	}
	views := int64(0)
	for _, v := range s.r.cat.matviews {
		oids = append(oids, v.oid)
		views += v.bytes
	}
	const sql = `SELECT coalesce(sum(pg_relation_size(indexrelid)), 0)::int8, coalesce(max(pg_relation_size(indexrelid)), 0)::int8 FROM pg_index WHERE indrelid = ANY ($1::oid[])`
	err := s.r.inSnapshot(ctx, func(d door) error { return d.row(ctx, sql, []any{oids}, &sp.indexes, &sp.sorting) })
	sp.indexes += views
	return s.r.e.fail(ctx, "measure the indexes", err)
}

// stored are the columns that are copied.
func stored(columns []column) []column {
	var out []column
	for _, c := range columns {
		if !c.generated {
			out = append(out, c)
		}
	}
	return out
}

// usedQuery adds up what stands on the destination's server already, without
// the staged database of an earlier try, which goes first: its databases as
// far as our role may see them, and the write-ahead log, which grows to
// max_wal_size before the server clears it.
const usedQuery = `SELECT coalesce(sum(pg_database_size(oid)) FILTER (WHERE seen), 0)::int8, count(*) FILTER (WHERE NOT seen),
  (SELECT setting::int8 * 1048576 FROM pg_settings WHERE name = 'max_wal_size')
FROM (SELECT oid, has_database_privilege(oid, 'CONNECT') OR pg_has_role('pg_read_all_stats', 'MEMBER') AS seen FROM pg_database WHERE datname <> $1) AS d`

// checkSpace refuses a copy that is known not to fit, before anything is
// written.
func (s *staged) checkSpace(ctx context.Context, plan *anonymize.Plan) error {
	sp := &s.space
	if err := s.measureSpace(ctx, plan); err != nil {
		return err
	}
	if sp.disk == 0 {
		return nil
	}
	var databases, unseen, wal int64
	err := s.e.inAdmin(ctx, func(conn *pgx.Conn) (err error) {
		databases, unseen, wal, err = s.e.used(ctx, conn)
		return err
	})
	if err != nil {
		return s.e.fail(ctx, "measure the destination", err)
	}
	free := free(sp.disk, databases, wal)
	if free >= sp.need() {
		return nil
	}
	lines := []string{
		fmt.Sprintf("needed: %s = tables %s + indexes %s + sorting the largest %s", inBytes(sp.need()), inBytes(sp.rows), inBytes(sp.indexes), inBytes(sp.sorting)),
		fmt.Sprintf("free:   %s = %d %% of limits.postgres.disk %s - databases that are there %s - write-ahead log %s", inBytes(free), usable, inBytes(sp.disk), inBytes(databases), inBytes(wal)),
	}
	if unseen > 0 {
		lines = append(lines, fmt.Sprintf("databases whose size role %s may not see: %d", s.e.config.User, unseen))
	}
	return &report.Refusal{Code: report.Full, What: "copy " + s.e.store + " to " + s.e.address(), Why: "the copy would not fit beside the twin that is there", Lines: lines,
		Hint: "make room, enlarge the volume and limits.postgres.disk, or leave rows out with $rows: none"}
}

// used reads what stands on the server: databases, how many our role may not
// see the size of, and the write-ahead log at its largest.
func (e *endpoint) used(ctx context.Context, conn *pgx.Conn) (databases, unseen, wal int64, err error) {
	err = conn.QueryRow(ctx, usedQuery, e.next()).Scan(&databases, &unseen, &wal)
	return databases, unseen, wal, err
}

// free is what a volume has left for a copy.
func free(disk, databases, wal int64) int64 { return max(disk/100*usable-databases-wal, 0) }

// expectSpace notes how large the staged database may become; now is its size
// before the first row.
func (s *staged) expectSpace(ctx context.Context) error {
	now, err := s.stagedSize(ctx)
	if err != nil {
		return s.e.fail(ctx, "measure the staged database", err)
	}
	sp := &s.space
	sp.mu.Lock()
	defer sp.mu.Unlock()
	expected := sp.rows + sp.indexes
	sp.most, sp.every, sp.taken, sp.unasked = now+expected/100*outgrown+slack, max(expected/50, slack), now, 0
	return nil
}

func (s *staged) stagedSize(ctx context.Context) (n int64, err error) {
	err = s.inStaged(ctx, func(conn *pgx.Conn) error {
		return conn.QueryRow(ctx, `SELECT pg_database_size(current_database())`).Scan(&n)
	})
	return n, err
}

// grew counts what a part has brought, and now and then asks the server how
// large the staged database is. One that outgrows its estimate stops the run
// before it fills the volume.
func (s *staged) grew(ctx context.Context, bytes int64) error {
	sp := &s.space
	sp.mu.Lock()
	sp.unasked += bytes
	ask := sp.most > 0 && sp.unasked >= sp.every
	if ask {
		sp.unasked = 0
	}
	sp.mu.Unlock()
	if !ask {
		return nil
	}
	size, err := s.stagedSize(ctx)
	if err != nil {
		return s.e.fail(ctx, "measure the staged database", err)
	}
	sp.mu.Lock()
	defer sp.mu.Unlock()
	sp.taken = max(sp.taken, size)
	if size <= sp.most {
		return nil
	}
	return &report.Refusal{Code: report.Full, What: "copy on into " + s.e.next(),
		Why:  fmt.Sprintf("it has grown to %s, and with its indexes %s were expected", inBytes(size), inBytes(sp.rows+sp.indexes)),
		Hint: "look for a rule that makes values much longer, or for tables that are compressed at the source; the twin is as it was"}
}

// note says what the copy was expected to need; empty before Prepare.
func (s *space) note() string {
	if s.need() == 0 {
		return ""
	}
	text := fmt.Sprintf("space needed beside the twin, estimated: %s (tables %s, indexes %s, sorting %s)", inBytes(s.need()), inBytes(s.rows), inBytes(s.indexes), inBytes(s.sorting))
	if s.disk == 0 {
		text += "; whether it is free was not checked: limits.postgres.disk does not say how large the volume is"
	}
	return text
}

// inBytes prints a size for people.
func inBytes(n int64) string {
	unit, units := float64(n), []string{"B", "KB", "MB", "GB", "TB"}
	i := 0
	for ; unit >= 1024 && i < len(units)-1; i++ {
		unit /= 1024
	}
	if i == 0 {
		return fmt.Sprintf("%d B", n)
	}
	return fmt.Sprintf("%.1f %s", unit, units[i])
}
