package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// Event triggers fire on what we do ourselves, so they come last of all, in
// the switch. Only a superuser makes them; for another role they are noted.

const eventTriggersQuery = `SELECT e.evtname, format('CREATE EVENT TRIGGER %I ON %s%s EXECUTE FUNCTION %s()', e.evtname, e.evtevent,
  coalesce(' WHEN TAG IN (' || (SELECT string_agg(quote_literal(t), ', ') FROM unnest(e.evttags) AS t) || ')', ''), format('%I.%I', n.nspname, p.proname))
  || CASE e.evtenabled WHEN 'O' THEN '' ELSE format('; ALTER EVENT TRIGGER %I %s', e.evtname, CASE e.evtenabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE ALWAYS' END) END
FROM pg_event_trigger e JOIN pg_proc p ON p.oid = e.evtfoid JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_event_trigger'::regclass AND d.objid = e.oid AND d.deptype = 'e') ORDER BY 1`

// readEventTriggers returns the statements that make the source's event
// triggers, or notes that they are missing.
func (s *staged) readEventTriggers(ctx context.Context, super bool) (statements []string, err error) {
	err = s.r.inSnapshot(ctx, func(d door) error {
		return each(ctx, d.query, eventTriggersQuery, nil, func(rows pgx.Rows) error {
			var name, sql string
			if err := rows.Scan(&name, &sql); err != nil {
				return err
			}
			if !super {
				s.learned.add("event trigger " + name + " is not carried: only a superuser makes one")
				return nil
			}
			statements = append(statements, sql)
			return nil
		})
	})
	return statements, err
}
