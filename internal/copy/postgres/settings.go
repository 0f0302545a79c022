package postgres

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// What holds for the database as a whole: settings, default rights, who may
// connect, and how many. It is the twin's, never production's.

// listSettings are the settings whose value is a list of names, each quoted
// on its own.
func listSettings() []string {
	return []string{"search_path", "temp_tablespaces", "session_preload_libraries", "local_preload_libraries", "unix_socket_directories", "shared_preload_libraries", "createrole_self_grant"}
}

// settingAttempts sets what is set for the twin.
func (h *heritage) settingAttempts(database string) []attempt {
	var out []attempt
	for _, s := range h.twin.settings {
		value := literal(s.value)
		if slices.Contains(listSettings(), s.name) {
			value = nameList(s.value)
		}
		what, sql := "setting "+s.name, `ALTER DATABASE `+ident(database)
		if s.role != "" {
			what, sql = what+" of role "+s.role, `ALTER ROLE `+ident(s.role)+` IN DATABASE `+ident(database)
		}
		out = append(out, attempt{sql + ` SET ` + ident(strings.Split(s.name, ".")...) + ` TO ` + value, what})
	}
	return out
}

// nameList turns the stored form of a list, "$user", public, into literals.
func nameList(value string) string {
	var out []string
	for len(value) > 0 {
		value = strings.TrimLeft(value, " ,")
		var name string
		if rest, quoted := strings.CutPrefix(value, `"`); quoted {
			end := 0
			for end < len(rest) && (rest[end] != '"' || strings.HasPrefix(rest[end+1:], `"`)) {
				if rest[end] == '"' {
					end++
				}
				end++
			}
			name, value = strings.ReplaceAll(rest[:min(end, len(rest))], `""`, `"`), rest[min(end+1, len(rest)):]
		} else {
			name, value, _ = strings.Cut(value, ",")
			name = strings.TrimSpace(name)
		}
		out = append(out, literal(name))
	}
	if len(out) == 0 {
		return `''`
	}
	return strings.Join(out, ", ")
}

// settingNotes names the source's settings that the first twin does not get.
func (h *heritage) settingNotes() []string {
	if h.twin.there {
		return nil
	}
	var out []string
	for _, s := range h.source.settings {
		note := "setting " + s.name
		if s.role != "" {
			note += " of role " + s.role
		}
		out = append(out, note+" of the source's database is not carried: set it on the twin if it needs it, the next copy keeps it")
	}
	return out
}

// newDefaults are the default rights of the new twin: the old one's, or, for
// a first one, what roles: makes of the source's.
func (h *heritage) newDefaults() []defaultRights {
	if h.twin.there {
		return h.twin.defaults
	}
	var out []defaultRights
	for _, d := range h.source.defaults {
		if d.role = h.roles[d.role]; d.role != "" {
			d.rights = h.mapped(d.rights)
			out = append(out, d)
		}
	}
	return out
}

// statements makes the default rights so.
func (d defaultRights) statements() []string {
	words := map[string]string{"r": "TABLES", "s": "SEQUENCES", "f": "FUNCTIONS", "T": "TYPES", "n": "SCHEMAS", "L": "LARGE OBJECTS"}
	head := `ALTER DEFAULT PRIVILEGES FOR ROLE ` + ident(d.role)
	if d.schema != "" {
		head += ` IN SCHEMA ` + d.schema
	}
	born := owned{owner: d.role}
	var out []string
	for _, r := range d.birth {
		if sql := fmt.Sprintf(`%s REVOKE ALL ON %s FROM %s`, head, words[d.class], born.roleOf(r.grantee)); !slices.Contains(out, sql) {
			out = append(out, sql)
		}
	}
	for _, r := range d.rights {
		option := ""
		if r.grantable {
			option = ` WITH GRANT OPTION`
		}
		out = append(out, fmt.Sprintf(`%s GRANT %s ON %s TO %s%s`, head, r.privilege, words[d.class], born.roleOf(r.grantee), option))
	}
	return out
}

// atSwitch are the statements that would be in our own way before the copy is
// proved: policies that bind an owner, a limit of connections, who may connect.
func (h *heritage) atSwitch(database string) []string {
	var out []string
	for _, table := range h.forced {
		out = append(out, `ALTER TABLE `+table+` FORCE ROW LEVEL SECURITY`)
	}
	if !h.twin.there {
		return out
	}
	fresh := owned{objectID: objectID{class: "d", name: ident(database)}, owner: h.twin.owner, rights: []right{
		{grantee: "", privilege: "TEMPORARY"}, {grantee: "", privilege: "CONNECT"},
		{grantee: ownerMark, privilege: "CREATE"}, {grantee: ownerMark, privilege: "TEMPORARY"}, {grantee: ownerMark, privilege: "CONNECT"}}}
	sql, _ := grants("DATABASE", fresh, h.twin.rights)
	out = append(out, sql...)
	if h.twin.limit > 0 {
		out = append(out, fmt.Sprintf(`ALTER DATABASE %s CONNECTION LIMIT %d`, ident(database), h.twin.limit))
	}
	return out
}

const lastTable = `"` + ours + `".last`

// putOff leaves statements in the staged database for Switch, which may be
// another process.
func (s *staged) putOff(ctx context.Context, statements []string) error {
	return s.inStaged(ctx, func(conn *pgx.Conn) error {
		tx, err := conn.Begin(ctx)
		if err != nil {
			return err
		}
		defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }()
		if _, err := tx.Exec(ctx, `DROP TABLE IF EXISTS `+lastTable+`; `); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `CREATE TABLE `+lastTable+` AS SELECT n, sql FROM unnest($1::text[]) WITH ORDINALITY AS l (sql, n)`, statements); err != nil {
			return err
		}
		return tx.Commit(ctx)
	})
}

// finish does what was put off and takes everything of ours out of the staged
// database, in one transaction: a journal of a run that was stopped, a control
// that was left behind. What it has done before it does not do again.
func finish(ctx context.Context, conn *pgx.Conn) error {
	tx, err := conn.Begin(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }()
	var there bool
	if err := tx.QueryRow(ctx, `SELECT to_regclass($1) IS NOT NULL`, lastTable).Scan(&there); err != nil {
		return err
	}
	var statements []string
	if there {
		err := each(ctx, tx.Query, `SELECT sql FROM `+lastTable+` ORDER BY n`, nil, func(rows pgx.Rows) error {
			var sql string
			err := rows.Scan(&sql)
			statements = append(statements, sql)
			return err
		})
		if err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, `DROP SCHEMA IF EXISTS `+ident(ours)+` CASCADE`); err != nil {
		return err
	}
	for _, sql := range statements {
		if _, err := tx.Exec(ctx, sql); err != nil {
			return err
		}
	}
	return tx.Commit(ctx)
}

// loosen lets owners pass their own policies until the switch: we read the
// copy back as one of them.
func (s *staged) loosen(ctx context.Context) error {
	const sql = `SELECT c.oid::regclass::text FROM pg_class c WHERE c.relforcerowsecurity ORDER BY 1`
	return s.execEach(ctx, sql, func(rows pgx.Rows) ([]string, error) {
		var table string
		err := rows.Scan(&table)
		if !slices.Contains(s.heritage.forced, table) { // by an earlier try, whose session died
			s.heritage.forced = append(s.heritage.forced, table)
		}
		return []string{`ALTER TABLE ` + table + ` NO FORCE ROW LEVEL SECURITY`}, err
	})
}
