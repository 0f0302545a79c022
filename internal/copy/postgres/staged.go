package postgres

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantcopy/tenantcopy/internal/anonymize"
	"github.com/tenantcopy/tenantcopy/internal/clone"
	"github.com/tenantcopy/tenantcopy/internal/guard"
	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

var _ clone.Staged = (*staged)(nil)

// staged is the copy while it grows, in a database beside the twin.
type staged struct {
	r        *reader
	e        *endpoint // of the twin; its sessions name whoever opens them
	dst      guard.Destination
	sessions *pool         // of the staged database
	patience time.Duration // how long Switch tries to end the databases' sessions
	space    space

	archive    *archive                      // the schema; nil before Prepare
	tables     map[uint32]*load              // by the source's number of the table; nil before Prepare
	rows       *rowPlan                      // which rows; nil before Prepare
	shuffled   map[uint32]*anonymize.Shuffle // by the group's number; nil before Prepare
	objects    *anonymize.Row                // the rule of the large objects; nil when there are none
	template   template
	locale     locale      // of the source
	collations []collation // of its columns
	heritage   *heritage   // owners and rights; nil before Prepare
	version    int         // of the destination's server; 0 before Prepare
	bin        folderOfPrograms
	ends       *endgame // what follows the rows; nil before Prepare
	memory     *memory
	learned    learned
	tell       func(note string) // how far Prepare is; nil for nobody
	tooLong    tooLong
}

// stagedSettings fit a database that is thrown away when the run fails.
func stagedSettings() map[string]string {
	return map[string]string{"synchronous_commit": "off", "check_function_bodies": "off", "xmloption": "content", "default_transaction_read_only": "off", "row_security": "off", "lock_timeout": "0"}
}

// parseTwin reads the address of a twin. Its name must leave room for the
// endings of the staged and the old database.
func parseTwin(s tenant.Store, session tenant.Session) (*endpoint, error) {
	e, err := parseEndpoint(s, report.Destination, session)
	if err != nil {
		return nil, err
	}
	why := ""
	switch {
	case len(e.database)+len("__new") > longestName:
		why = fmt.Sprintf("the database's name is longer than %d bytes", longestName-len("__new"))
	case e.database == e.admin || strings.HasPrefix(e.database, "template"):
		why = "the database is the server's own"
	}
	if why != "" {
		return nil, &report.Error{Code: report.Usage, Store: s.Name, Side: report.Destination, Op: "read address", Err: &cause{text: why},
			Hint: "give the twin a database of its own in tenantcopy.yaml"}
	}
	if e.limit > 0 && e.limit < fewestSessions {
		return nil, &report.Error{Code: report.Usage, Store: s.Name, Side: report.Destination, Op: "keep limits.postgres.connections",
			Err: &cause{text: fmt.Sprintf("a run needs %d sessions, and the limit is %d", fewestSessions, e.limit)}, Hint: fmt.Sprintf("allow at least %d", fewestSessions)}
	}
	e = e.with(stagedSettings())
	e.config.BuildFrontend = newSplitFrontend // for what is read back
	return e, nil
}

// fewestSessions is what a run needs at the destination: one keeps the lock, one
// the markers, and when the twin is looked at from the maintenance database
// there are two more. While rows are copied those two write them, or one does
// and the other reads the old twin.
const fewestSessions = 4

// writers is how many sessions may write under a limit; 0 is none.
func writers(limit int, preserves bool) int {
	switch {
	case limit == 0:
		return 0
	case preserves:
		return limit - 3
	}
	return limit - 2
}

// next and old are the names of the databases beside the twin.
func (e *endpoint) next() string { return e.database + "__new" }
func (e *endpoint) old() string  { return e.database + "__old" }

func newStaged(r *reader, e *endpoint, dst guard.Destination) *staged {
	return &staged{r: r, e: e, dst: dst, sessions: newPool(e, e.next(), writers(e.limit, false)), patience: switchWithin, memory: newMemory()}
}

// Name returns the store's name.
func (s *staged) Name() string { return s.e.store }

// Prepare checks that the schema can be carried, then makes an empty database
// with the schema's first half. Whatever staged database was there, this
// run's of an earlier try or a stale run's, is dropped.
func (s *staged) Prepare(ctx context.Context, plan *anonymize.Plan) error {
	if s.r.cat == nil {
		return s.e.fail(ctx, "prepare", &cause{text: "the survey comes first"})
	}
	if err := s.checkFit(ctx); err != nil {
		return s.e.fail(ctx, "check the servers", err)
	}
	if err := s.selectRows(ctx, plan); err != nil {
		return err
	}
	if err := s.readShuffled(ctx, plan); err != nil {
		return err
	}
	if err := s.checkSpace(ctx, plan); err != nil {
		return err
	}
	archive, err := s.dump(ctx, plan.Comments(s.Name()))
	if err != nil {
		return s.r.e.fail(ctx, "dump the schema", err)
	}
	s.archive = archive
	if s.ends, err = s.readEndgame(ctx, plan); err != nil {
		return s.e.fail(ctx, "sort the schema", err)
	}
	s.sessions.close(ctx)
	if err := s.e.inAdmin(ctx, func(conn *pgx.Conn) error { return s.recreate(ctx, conn) }); err != nil {
		return s.e.fail(ctx, "create the staged database", err)
	}
	if err := s.restoreFirst(ctx); err != nil {
		return s.e.fail(ctx, "restore the schema", err)
	}
	if err := s.noteLocale(ctx); err != nil {
		return s.e.fail(ctx, "read the staged database's collations", err)
	}
	if err := s.closeWaysOut(ctx); err != nil {
		return s.e.fail(ctx, "replace addresses in functions", err)
	}
	if err := s.loosen(ctx); err != nil {
		return s.e.fail(ctx, "put policies off", err)
	}
	if err := s.exec(ctx, createJournal); err != nil {
		return s.e.fail(ctx, "create the journal", err)
	}
	if err := s.expectSpace(ctx); err != nil {
		return err
	}
	return s.e.fail(ctx, "read the staged types", s.inStaged(ctx, func(conn *pgx.Conn) error {
		numbers, err := readNumbers(ctx, conn.Query, s.r.cat.types)
		if err != nil {
			return err
		}
		if err := s.compileLoads(plan, numbers); err != nil {
			return err
		}
		return s.derive(ctx, conn)
	}))
}

// recreate makes the staged database anew, with the marker of this run.
func (s *staged) recreate(ctx context.Context, conn *pgx.Conn) error {
	dbs, err := readDatabases(ctx, conn, s.e)
	if err != nil {
		return err
	}
	if err := dbs.reopen(ctx, conn, s.e); err != nil {
		return err
	}
	if err := dropDatabase(ctx, conn, s.e.next()); err != nil {
		return err
	}
	if err := s.createFrom(ctx, conn); err != nil {
		return err
	}
	return comment(ctx, conn, s.e.next(), s.dst.Marker(), "")
}

// inStaged runs fn in a session of the staged database.
func (s *staged) inStaged(ctx context.Context, fn func(conn *pgx.Conn) error) error {
	conn, err := s.sessions.get(ctx)
	if err != nil {
		return err
	}
	defer s.sessions.put(ctx, conn)
	return fn(conn)
}

// exec runs statements without parameters in the staged database.
func (s *staged) exec(ctx context.Context, sql string) error {
	return s.inStaged(ctx, func(conn *pgx.Conn) error {
		_, err := conn.PgConn().Exec(ctx, sql).ReadAll()
		return err
	})
}

// execEach runs, in the staged database, the statements that are made of each
// row of a query, when all rows have been read.
func (s *staged) execEach(ctx context.Context, query string, statements func(rows pgx.Rows) ([]string, error)) error {
	return s.inStaged(ctx, func(conn *pgx.Conn) error {
		var all []string
		err := each(ctx, conn.Query, query, nil, func(rows pgx.Rows) error {
			some, err := statements(rows)
			all = append(all, some...)
			return err
		})
		for _, sql := range all {
			if err == nil {
				_, err = conn.Exec(ctx, sql)
			}
		}
		return err
	})
}

func (s *staged) incompatible(op, why string) error {
	return &report.Error{Code: report.Incompatible, Store: s.e.store, Side: report.Destination, Op: op, Err: &cause{text: why}}
}

func joinNames(names []string) string { return strings.Join(names, ", ") }
