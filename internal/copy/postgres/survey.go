package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/tenantcopy/tenantcopy/internal/anonymize"
	"github.com/tenantcopy/tenantcopy/internal/clone"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

// Survey opens the snapshot and says what the database holds in it. Called
// again, it opens a new one.
func (r *reader) Survey(ctx context.Context) (clone.Survey, error) {
	if err := r.restraint.takeSlot(ctx, r.e); err != nil {
		return clone.Survey{}, err
	}
	if err := r.openSnapshot(ctx); err != nil {
		return clone.Survey{}, r.e.fail(ctx, "open the snapshot", err)
	}
	var out clone.Survey
	err := r.inSnapshot(ctx, func(d door) (err error) { // not by the holder: to print a view's text locks its tables until the transaction's end
		out, err = r.survey(ctx, d)
		return err
	})
	return out, r.failReading(ctx, "read the catalogue", err)
}

// survey reads the catalogue in the snapshot.
func (r *reader) survey(ctx context.Context, d door) (clone.Survey, error) {
	cat, err := readCatalog(ctx, d.query)
	if err != nil {
		return clone.Survey{}, err
	}
	if err := r.checkNames(cat); err != nil {
		return clone.Survey{}, err
	}
	if err := r.checkReadable(ctx, d); err != nil {
		return clone.Survey{}, err
	}
	out := clone.Survey{Notes: cat.notes}
	for _, g := range cat.groups {
		out.Fields = append(out.Fields, cat.fields(r.e.store, g, g.columns)...)
	}
	for _, t := range cat.tables {
		out.Records += t.rows
		out.Bytes += t.bytes
	}
	if err := r.e.names.read(ctx, d.query); err != nil {
		return clone.Survey{}, r.failReading(ctx, "read the catalogue", err)
	}
	if out.Demands, err = cat.readDemands(ctx, d.query, r.e.store); err != nil {
		return clone.Survey{}, r.failReading(ctx, "read the catalogue", err)
	}
	if out.Texts, err = readTexts(ctx, d.query, r.version); err != nil {
		return clone.Survey{}, r.failReading(ctx, "read the schema's texts", err)
	}
	comments, err := readComments(ctx, d.query, r.e.store)
	if err != nil {
		return clone.Survey{}, r.failReading(ctx, "read the comments", err)
	}
	out.Texts = append(out.Texts, comments...)
	if err := r.readNotes(ctx, d, &out); err != nil {
		return clone.Survey{}, err
	}
	out.Notes = noteWaysOut(out.Texts, out.Notes)
	r.cat = cat
	out.Fields = append(out.Fields, r.objectFields()...)
	for _, o := range cat.objects {
		out.Bytes += o.bytes
	}
	return out, nil
}

// checkNames refuses a source that has our own schema: it is a staged copy,
// or was restored from one.
func (r *reader) checkNames(cat *catalog) error {
	for _, t := range cat.tables {
		if t.schema == ours {
			return &report.Error{Code: report.Incompatible, Store: r.e.store, Side: report.Source, Op: "read the catalogue",
				Err: &cause{text: "schema " + ours + " is there, which only a staged copy has"}, Hint: "drop that schema at the source, then run again"}
		}
	}
	return nil
}

const notesQuery = `SELECT 'credentials of foreign server ' || srvname FROM pg_foreign_server
UNION ALL SELECT 'subscription ' || subname FROM pg_subscription s WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())
UNION ALL SELECT 'security label of ' || provider FROM (SELECT DISTINCT provider FROM pg_seclabel) l
ORDER BY 1`

// readNotes lists what will not be carried.
func (r *reader) readNotes(ctx context.Context, d door, out *clone.Survey) error {
	err := each(ctx, d.query, notesQuery, nil, func(rows pgx.Rows) error {
		var note string
		if err := rows.Scan(&note); err != nil {
			return err
		}
		out.Notes = append(out.Notes, note)
		return nil
	})
	if err != nil {
		return err
	}
	out.Notes, err = readConfigurations(ctx, d, out.Notes)
	return err
}

// textsQuery lists every piece of schema that is text of the application's
// making. Comments are not carried, so they are not listed.
const textsQuery = `SELECT * FROM (
SELECT 'view ' || n.nspname || '.' || c.relname AS place, pg_get_viewdef(c.oid) AS body
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('v', 'm') AND c.oid >= 16384 AND n.nspname <> 'information_schema'
UNION ALL SELECT 'rule ' || r.rulename || ' on ' || r.ev_class::regclass, pg_get_ruledef(r.oid) FROM pg_rewrite r WHERE r.rulename <> '_RETURN' AND r.oid >= 16384
UNION ALL SELECT 'function ' || p.oid::regprocedure, CASE p.prokind WHEN 'a' THEN '' ELSE pg_get_functiondef(p.oid) END
  FROM pg_proc p WHERE p.oid >= 16384 AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
UNION ALL SELECT 'default of ' || d.adrelid::regclass || '.' || a.attname, pg_get_expr(d.adbin, d.adrelid)
  FROM pg_attrdef d JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum WHERE d.oid >= 16384
UNION ALL SELECT 'constraint ' || c.conname || coalesce(' of ' || nullif(c.conrelid, 0)::regclass, ' of ' || nullif(c.contypid, 0)::regtype, ''), pg_get_constraintdef(c.oid)
  FROM pg_constraint c WHERE c.contype IN ('c', 'x') AND c.oid >= 16384
UNION ALL SELECT 'default of type ' || t.oid::regtype, t.typdefault FROM pg_type t WHERE t.typdefault IS NOT NULL AND t.oid >= 16384
UNION ALL SELECT 'label of type ' || e.enumtypid::regtype, e.enumlabel FROM pg_enum e WHERE e.oid >= 16384
UNION ALL SELECT 'index ' || i.indexrelid::regclass, pg_get_indexdef(i.indexrelid) FROM pg_index i
  WHERE (i.indpred IS NOT NULL OR i.indexprs IS NOT NULL) AND i.indexrelid >= 16384
UNION ALL SELECT 'statistics ' || s.stxname, pg_get_statisticsobjdef(s.oid) FROM pg_statistic_ext s
UNION ALL SELECT 'policy ' || polname || ' on ' || polrelid::regclass, coalesce(pg_get_expr(polqual, polrelid), '') || ' ' || coalesce(pg_get_expr(polwithcheck, polrelid), '') FROM pg_policy
UNION ALL SELECT 'bounds of partition ' || c.oid::regclass, pg_get_expr(c.relpartbound, c.oid) FROM pg_class c WHERE c.relispartition AND c.relkind <> 'i'
UNION ALL SELECT 'partition key of ' || partrelid::regclass, pg_get_partkeydef(partrelid) FROM pg_partitioned_table
UNION ALL SELECT 'trigger ' || t.tgname || ' on ' || t.tgrelid::regclass, pg_get_triggerdef(t.oid) FROM pg_trigger t WHERE NOT t.tgisinternal
UNION ALL SELECT 'initial value of aggregate ' || aggfnoid::regprocedure, agginitval FROM pg_aggregate WHERE aggfnoid::oid >= 16384
UNION ALL SELECT 'name of a schema, oid ' || oid, nspname FROM pg_namespace WHERE oid >= 16384
UNION ALL SELECT 'name of a table, view, index or sequence, oid ' || oid, relname FROM pg_class WHERE oid >= 16384 AND relkind NOT IN ('t', 'c')
UNION ALL SELECT 'name of column ' || a.attnum || ' of the relation with oid ' || c.oid, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
  WHERE c.oid >= 16384 AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c') AND a.attnum > 0 AND NOT a.attisdropped
UNION ALL SELECT 'name of a type, oid ' || oid, typname FROM pg_type WHERE oid >= 16384 AND typtype IN ('d', 'e', 'r', 'm')
UNION ALL SELECT 'name of a constraint, oid ' || oid, conname FROM pg_constraint WHERE oid >= 16384
UNION ALL SELECT 'options of foreign server ' || srvname, array_to_string(srvoptions, ' ') FROM pg_foreign_server
UNION ALL SELECT 'options of foreign table ' || ftrelid::regclass, array_to_string(ftoptions, ' ') FROM pg_foreign_table
) AS texts WHERE body <> '' ORDER BY 1`

// filtersQuery lists the row filters of publications, which PostgreSQL 15
// brought.
const filtersQuery = `SELECT 'row filter of a publication' AS place, pg_get_expr(prqual, prrelid) AS body FROM pg_publication_rel WHERE prqual IS NOT NULL`

// filtersVersion is the first version that has them.
const filtersVersion = 150000

// readTexts reads them. Definitions of extensions' own views and functions
// are the extension's, and are read too where that costs nothing.
func readTexts(ctx context.Context, query queryFunc, version int) ([]anonymize.Text, error) {
	queries := []string{textsQuery, namesTextsQuery}
	if version >= filtersVersion {
		queries = append(queries, filtersQuery)
	}
	var out []anonymize.Text
	for _, sql := range queries {
		err := each(ctx, query, sql, nil, func(rows pgx.Rows) error {
			var t anonymize.Text
			if err := rows.Scan(&t.Place, &t.Body); err != nil {
				return err
			}
			out = append(out, t)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}
