package postgres

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/jackc/pgx/v5"
)

// Roles differ between environments, so owners and rights are those of the
// twin that is there, by the object's name; roles.go decides, this file reads.

// owned is one object that has an owner, as one database holds it.
type owned struct {
	objectID
	word    string // its kind as ALTER takes it
	schema  string // quoted; empty for what is in none
	owner   string
	follows bool    // it belongs to a column and changes hands with its table
	rights  []right // those that hold, be they written down or the server's default
}

// objectID is what an object of one database and its counterpart in another
// have in common.
type objectID struct {
	class string // a letter, as acldefault takes it; "-" where nothing can be granted
	name  string // quoted, with arguments where it has some
}

// right is one privilege of one role.
type right struct {
	column    string // quoted; empty for the whole object
	grantee   string // ownerMark for the owner, empty for PUBLIC
	privilege string
	grantable bool
}

// ownerMark stands for whoever owns the object: rights are compared between
// databases whose owners differ.
const ownerMark = "\x00owner"

// ownersQuery lists everything that can be owned, but for what belongs to an
// extension or to the server.
const ownersQuery = `SELECT o.k, i.type, i.identity, coalesce(quote_ident(i.schema), ''), pg_get_userbyid(o.owner), o.follows,
  CASE WHEN o.k = '-' THEN '[]' ELSE (SELECT coalesce(json_agg(json_build_array('', CASE x.grantee WHEN 0 THEN NULL ELSE pg_get_userbyid(x.grantee) END, x.privilege_type, x.is_grantable, x.grantee = o.owner)), '[]')
    FROM aclexplode(coalesce(o.acl, acldefault(o.k::"char", o.owner))) AS x) END,
  CASE WHEN o.k = 'r' THEN (SELECT coalesce(json_agg(json_build_array(quote_ident(a.attname), CASE x.grantee WHEN 0 THEN NULL ELSE pg_get_userbyid(x.grantee) END, x.privilege_type, x.is_grantable, x.grantee = o.owner)), '[]')
    FROM pg_attribute a CROSS JOIN LATERAL aclexplode(a.attacl) AS x WHERE a.attrelid = o.oid AND a.attacl IS NOT NULL AND NOT a.attisdropped) ELSE '[]' END
FROM (
SELECT 'pg_namespace'::regclass AS class, oid, nspowner AS owner, nspacl AS acl, 'n' AS k, false AS follows FROM pg_namespace WHERE oid >= 16384 AND nspname NOT LIKE 'pg\_%' AND nspname <> '` + ours + `' OR nspname = 'public'
UNION ALL SELECT 'pg_class'::regclass, c.oid, c.relowner, c.relacl, CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END,
  c.relkind = 'S' AND EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i'))
  FROM pg_class c WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND c.relpersistence <> 't'
UNION ALL SELECT 'pg_proc'::regclass, p.oid, proowner, proacl, 'f', false FROM pg_proc p WHERE p.oid >= 16384
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'i') -- a range's constructors are the server's
UNION ALL SELECT 'pg_type'::regclass, t.oid, t.typowner, t.typacl, 'T', false FROM pg_type t WHERE t.typtype IN ('b', 'd', 'e', 'r', 'c')
  AND NOT EXISTS (SELECT FROM pg_type e WHERE e.typarray = t.oid) AND (t.typrelid = 0 OR (SELECT relkind = 'c' FROM pg_class WHERE oid = t.typrelid))
UNION ALL SELECT 'pg_foreign_server'::regclass, oid, srvowner, srvacl, 'S', false FROM pg_foreign_server
UNION ALL SELECT 'pg_largeobject'::regclass, oid, lomowner, lomacl, 'L', false FROM pg_largeobject_metadata
UNION ALL SELECT 'pg_operator'::regclass, oid, oprowner, NULL, '-', false FROM pg_operator
UNION ALL SELECT 'pg_opclass'::regclass, oid, opcowner, NULL, '-', false FROM pg_opclass
UNION ALL SELECT 'pg_opfamily'::regclass, oid, opfowner, NULL, '-', false FROM pg_opfamily
UNION ALL SELECT 'pg_conversion'::regclass, oid, conowner, NULL, '-', false FROM pg_conversion
UNION ALL SELECT 'pg_collation'::regclass, oid, collowner, NULL, '-', false FROM pg_collation
UNION ALL SELECT 'pg_ts_dict'::regclass, oid, dictowner, NULL, '-', false FROM pg_ts_dict
UNION ALL SELECT 'pg_ts_config'::regclass, oid, cfgowner, NULL, '-', false FROM pg_ts_config
UNION ALL SELECT 'pg_statistic_ext'::regclass, oid, stxowner, NULL, '-', false FROM pg_statistic_ext
UNION ALL SELECT 'pg_publication'::regclass, oid, pubowner, NULL, '-', false FROM pg_publication
) AS o CROSS JOIN LATERAL pg_identify_object(o.class, o.oid, 0) AS i
WHERE (o.oid >= 16384 OR o.k IN ('n', 'L')) AND i.identity IS NOT NULL AND i.schema IS DISTINCT FROM '` + ours + `'
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = o.class AND d.objid = o.oid AND d.deptype = 'e')
ORDER BY o.k, i.type, i.identity`

// readOwned lists the objects of a database.
func readOwned(ctx context.Context, query queryFunc) ([]owned, error) {
	var out []owned
	err := each(ctx, query, `SELECT * FROM (`+ownersQuery+`) AS o`, nil, func(rows pgx.Rows) error {
		var o owned
		var kind string
		var whole, columns []byte
		if err := rows.Scan(&o.class, &kind, &o.name, &o.schema, &o.owner, &o.follows, &whole, &columns); err != nil {
			return err
		}
		o.word = alterWord(o.class, kind)
		for _, list := range [][]byte{whole, columns} {
			rights, err := decodeRights(list)
			if err != nil {
				return err
			}
			o.rights = append(o.rights, rights...)
		}
		out = append(out, o)
		return nil
	})
	return out, err
}

// decodeRights reads a list of column, grantee, privilege, whether it may be
// passed on, and whether the grantee is the owner.
func decodeRights(list []byte) ([]right, error) {
	var lines [][5]any
	if err := json.Unmarshal(list, &lines); err != nil {
		return nil, err
	}
	out := make([]right, len(lines))
	for i, line := range lines {
		r := &out[i]
		r.column, _ = line[0].(string)
		r.grantee, _ = line[1].(string)
		r.privilege, _ = line[2].(string)
		r.grantable, _ = line[3].(bool)
		if own, _ := line[4].(bool); own {
			r.grantee, r.grantable = ownerMark, false
		}
	}
	return out, nil
}

// alterWord is an object's kind as ALTER … OWNER TO takes it, from the word
// of pg_identify_object.
func alterWord(class, kind string) string {
	switch {
	case class == "f":
		return "ROUTINE"
	case class == "T":
		return "TYPE"
	case kind == "statistics object":
		return "STATISTICS"
	}
	return strings.ToUpper(kind)
}

// grantWord is a class as GRANT … ON takes it.
func grantWord(class string) string {
	return map[string]string{"n": "SCHEMA", "r": "TABLE", "s": "SEQUENCE", "f": "ROUTINE", "T": "TYPE", "S": "FOREIGN SERVER", "L": "LARGE OBJECT", "d": "DATABASE"}[class]
}

// byID finds objects by what they share with their counterparts.
func byID(objects []owned) map[objectID]*owned {
	out := make(map[objectID]*owned, len(objects))
	for i := range objects {
		out[objects[i].objectID] = &objects[i]
	}
	return out
}
