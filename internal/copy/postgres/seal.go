package postgres

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

// restorePostData builds indexes, constraints and triggers, two at a time.
// pg_restore commits each on its own, so what an earlier try has built is
// removed first.
func (s *staged) restorePostData(ctx context.Context) error {
	const mark = "post-data"
	var before string
	err := s.inStaged(ctx, func(conn *pgx.Conn) error {
		const sql = `INSERT INTO ` + journalTable + ` (id) VALUES ($1) ON CONFLICT (id) DO UPDATE SET id = excluded.id
RETURNING CASE WHEN records IS NOT NULL THEN 'done' WHEN xmax <> 0 THEN 'begun' ELSE 'new' END`
		return conn.QueryRow(ctx, sql, mark).Scan(&before)
	})
	if err != nil || before == "done" {
		return err
	}
	if before == "begun" {
		if err := s.undoPostData(ctx); err != nil {
			return err
		}
	}
	if err := s.restore(ctx, "post-data", 2); err != nil {
		return err
	}
	return s.exec(ctx, `UPDATE `+journalTable+` SET records = 0 WHERE id = `+literal(mark))
}

// undoQuery lists statements that remove what a section "post-data" makes.
// Parents come before children, which lose theirs with them.
const undoQuery = `SELECT s FROM (
SELECT 1 AS place, c.oid, format('ALTER TABLE ONLY %s DROP CONSTRAINT IF EXISTS %I', c.conrelid::regclass, c.conname) AS s
  FROM pg_constraint c WHERE c.contype = 'f' AND c.conparentid = 0 AND c.oid >= 16384
UNION ALL SELECT 2, c.oid, format('ALTER TABLE ONLY %s DROP CONSTRAINT IF EXISTS %I CASCADE', c.conrelid::regclass, c.conname)
  FROM pg_constraint c WHERE (c.contype IN ('p', 'u', 'x') OR c.contype = 'c' AND NOT c.convalidated AND c.conrelid <> 0) AND c.conparentid = 0 AND c.coninhcount = 0 AND c.oid >= 16384
UNION ALL SELECT 3, i.indexrelid, format('DROP INDEX IF EXISTS %s CASCADE', i.indexrelid::regclass)
  FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE i.indexrelid >= 16384 AND n.nspname NOT LIKE 'pg\_%' AND NOT c.relispartition AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid)
UNION ALL SELECT 4, t.oid, format('DROP TRIGGER IF EXISTS %I ON %s', t.tgname, t.tgrelid::regclass) FROM pg_trigger t WHERE NOT t.tgisinternal AND t.tgparentid = 0
UNION ALL SELECT 5, r.oid, format('DROP RULE IF EXISTS %I ON %s', r.rulename, r.ev_class::regclass) FROM pg_rewrite r WHERE r.rulename <> '_RETURN' AND r.oid >= 16384
UNION ALL SELECT 6, p.oid, format('DROP POLICY IF EXISTS %I ON %s', p.polname, p.polrelid::regclass) FROM pg_policy p
UNION ALL SELECT 7, e.oid, format('DROP STATISTICS IF EXISTS %I.%I', n.nspname, e.stxname) FROM pg_statistic_ext e JOIN pg_namespace n ON n.oid = e.stxnamespace
UNION ALL SELECT 8, p.oid, format('DROP PUBLICATION IF EXISTS %I', p.pubname) FROM pg_publication p
) AS undo WHERE NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = undo.oid AND d.deptype = 'e') AND s NOT LIKE '% ` + ours + `.%' ORDER BY place, oid`

func (s *staged) undoPostData(ctx context.Context) error {
	return s.inStaged(ctx, func(conn *pgx.Conn) error {
		var statements []string
		err := each(ctx, conn.Query, undoQuery, nil, func(rows pgx.Rows) error {
			var sql string
			statements = append(statements, sql)
			return rows.Scan(&statements[len(statements)-1])
		})
		if err != nil {
			return err
		}
		for _, sql := range statements {
			if _, err := conn.Exec(ctx, sql); err != nil {
				return err
			}
		}
		return nil
	})
}

// viewsQuery lists the materialised views that hold rows at the source, those
// that others read first.
const viewsQuery = `WITH RECURSIVE reads AS (
SELECT DISTINCT r.ev_class AS view, d.refobjid AS other FROM pg_rewrite r
  JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> r.ev_class
  JOIN pg_class o ON o.oid = d.refobjid AND o.relkind IN ('v', 'm')),
deep AS (SELECT c.oid, 0 AS level FROM pg_class c WHERE c.relkind IN ('v', 'm') UNION SELECT r.view, d.level + 1 FROM deep d JOIN reads r ON r.other = d.oid)
SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN deep d ON d.oid = c.oid
WHERE c.relkind = 'm' AND c.relispopulated GROUP BY 1, 2 ORDER BY max(d.level), 1, 2`

// refreshViews fills the materialised views; one that is empty at the source
// because it was never filled stays so.
func (s *staged) refreshViews(ctx context.Context) error {
	var views []relation
	err := s.r.inSnapshot(ctx, func(d door) error {
		return each(ctx, d.query, `SELECT * FROM (`+viewsQuery+`) AS v`, nil, func(rows pgx.Rows) error {
			var v relation
			if err := rows.Scan(&v.schema, &v.name); err != nil {
				return err
			}
			views = append(views, v)
			return nil
		})
	})
	if err != nil {
		return s.r.e.fail(ctx, "read the materialised views", err)
	}
	for _, v := range views {
		if err := s.exec(ctx, `REFRESH MATERIALIZED VIEW `+v.quoted()); err != nil {
			return err
		}
	}
	return nil
}

// Seal sets the sequences, gives the mapped roles what they had, drops the
// journal, and notes that the staged copy is complete. Nothing after it reads
// the source, so the snapshot is given up.
func (s *staged) Seal(ctx context.Context) error {
	if s.r.cat == nil || s.tables == nil {
		return s.e.fail(ctx, "seal", &cause{text: "the staging place is not prepared"})
	}
	if err := s.setSequences(ctx); err != nil {
		return s.e.fail(ctx, "set the sequences", err)
	}
	if err := s.restoreComments(ctx); err != nil {
		return s.e.fail(ctx, "restore the comments", err)
	}
	if err := s.grantRoles(ctx); err != nil {
		return s.e.fail(ctx, "give the mapped roles their rights", err)
	}
	if err := s.dropDerivations(ctx); err != nil {
		return s.e.fail(ctx, "drop the triggers of derived columns", err)
	}
	if err := s.exec(ctx, `DROP TABLE IF EXISTS `+journalTable); err != nil {
		return s.e.fail(ctx, "drop the journal", err)
	}
	if err := s.r.holds(ctx); err != nil { // whatever was read until now was read in one snapshot
		return err
	}
	err := s.e.inAdmin(ctx, func(conn *pgx.Conn) error {
		return comment(ctx, conn, s.e.next(), s.dst.Marker(), s.dst.Run())
	})
	if err == nil {
		s.r.letGo(ctx)
	}
	return s.e.fail(ctx, "seal the staged database", err)
}

// setSequences reads the source's sequences as they are now, after the data:
// they are not bound to the snapshot, and a value given out since must not be
// given out twice. A sequence that belongs to a column is raised to the
// column's largest value, in case a rule has made larger ones.
func (s *staged) setSequences(ctx context.Context) error {
	const batch = 200
	for left := s.r.cat.sequences; len(left) > 0; {
		n := min(batch, len(left))
		values, err := s.readSequences(ctx, left[:n])
		if err != nil {
			return s.r.e.fail(ctx, "read the sequences", err)
		}
		err = s.inStaged(ctx, func(conn *pgx.Conn) error {
			for _, v := range values {
				if _, err := conn.Exec(ctx, `SELECT setval($1::text::regclass, $2, $3)`, v.name, v.last, v.called); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		left = left[n:]
	}
	return s.raiseSequences(ctx)
}

// sequenceValue is the state of one sequence.
type sequenceValue struct {
	name   string // quoted
	last   int64
	called bool
}

func (s *staged) readSequences(ctx context.Context, sequences []relation) ([]sequenceValue, error) {
	var b strings.Builder
	for i, seq := range sequences {
		if i > 0 {
			b.WriteString(" UNION ALL ")
		}
		fmt.Fprintf(&b, `SELECT %s, last_value, is_called FROM %s`, literal(seq.quoted()), seq.quoted())
	}
	var out []sequenceValue
	conn, err := s.r.sessions.get(ctx)
	if err != nil {
		return nil, err
	}
	defer s.r.sessions.put(ctx, conn)
	err = each(ctx, door{conn}.query, b.String(), nil, func(rows pgx.Rows) error {
		var v sequenceValue
		if err := rows.Scan(&v.name, &v.last, &v.called); err != nil {
			return err
		}
		out = append(out, v)
		return nil
	})
	return out, err
}

const ownedQuery = `SELECT q.seqrelid::regclass::text, t.oid::regclass::text, a.attname, q.seqmax FROM pg_sequence q
JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = q.seqrelid AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0
JOIN pg_class t ON t.oid = d.refobjid JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
WHERE q.seqincrement > 0 AND a.atttypid IN (20, 21, 23) AND t.relkind IN ('r', 'p')`

// raiseSequences works in the staged database alone.
func (s *staged) raiseSequences(ctx context.Context) error {
	return s.inStaged(ctx, func(conn *pgx.Conn) error {
		var statements []string
		err := each(ctx, conn.Query, ownedQuery, nil, func(rows pgx.Rows) error {
			var seq, table, column string
			var most int64
			if err := rows.Scan(&seq, &table, &column, &most); err != nil {
				return err
			}
			statements = append(statements, fmt.Sprintf(`SELECT setval(%s::regclass, least(m, %d)) FROM (SELECT max(%s) AS m FROM %s) AS t, %s AS s WHERE m > s.last_value`,
				literal(seq), most, ident(column), table, seq))
			return nil
		})
		if err != nil {
			return err
		}
		for _, sql := range statements {
			if _, err := conn.Exec(ctx, sql); err != nil {
				return err
			}
		}
		return nil
	})
}
