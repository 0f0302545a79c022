package postgres

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

// locale is how a database stores and sorts text. A twin has its source's:
// otherwise values would not be stored, or keys would collide, as they do not
// in production.
type locale struct {
	encoding, collate, ctype string
	provider                 string // c (libc), i (ICU), b (builtin)
	name, rules              string // ICU's and the builtin one's
	version                  string // of the library's order; not part of what must agree
}

const localeQuery = `SELECT pg_encoding_to_char(encoding), datcollate, datctype, coalesce(to_jsonb(d) ->> 'datlocprovider', 'c'),
  coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale', ''), coalesce(to_jsonb(d) ->> 'daticurules', ''), coalesce(to_jsonb(d) ->> 'datcollversion', '')
FROM pg_database d WHERE datname = current_database()`

func readLocale(ctx context.Context, query queryFunc) (l locale, err error) {
	err = each(ctx, query, localeQuery, nil, func(rows pgx.Rows) error {
		return rows.Scan(&l.encoding, &l.collate, &l.ctype, &l.provider, &l.name, &l.rules, &l.version)
	})
	return l, err
}

// same reports whether text is stored and sorted alike. Since version 16 a
// server spells ICU's names in its own way, en-US for en_US.
func (l locale) same(other locale) bool {
	l.version, other.version = "", ""
	if l.provider == "i" {
		l.name, other.name = strings.ReplaceAll(l.name, "_", "-"), strings.ReplaceAll(other.name, "_", "-")
	}
	return l == other
}

// String names it in messages.
func (l locale) String() string {
	provider := map[string]string{"c": "libc", "i": "icu", "b": "builtin"}[l.provider]
	out := fmt.Sprintf("encoding %s, collation %s, ctype %s, provider %s", l.encoding, l.collate, l.ctype, provider)
	if l.name != "" {
		out += " " + l.name
	}
	return out
}

// providerVersion is the first version whose CREATE DATABASE knows providers.
const providerVersion = 150000

// options are those of CREATE DATABASE.
func (l locale) options(server int) string {
	out := fmt.Sprintf(` ENCODING %s LC_COLLATE %s LC_CTYPE %s`, literal(l.encoding), literal(l.collate), literal(l.ctype))
	switch {
	case l.provider == "i":
		out += ` LOCALE_PROVIDER icu ICU_LOCALE ` + literal(l.name)
		if l.rules != "" {
			out += ` ICU_RULES ` + literal(l.rules)
		}
	case l.provider == "b":
		out += ` LOCALE_PROVIDER builtin BUILTIN_LOCALE ` + literal(l.name)
	case server >= providerVersion: // template0 may have another one
		out += ` LOCALE_PROVIDER libc`
	}
	return out
}

// checkLocale refuses a template whose text is another one than the source's.
func (s *staged) checkLocale(l locale) error {
	if s.template.server() || s.template.locale.same(l) {
		return nil
	}
	return &report.Error{Code: report.Incompatible, Store: s.e.store, Side: report.Destination, Op: "check template " + s.template.name,
		Err: &cause{text: fmt.Sprintf("it has %s; the source has %s", s.template.locale, l)}, Hint: "make the template anew, FROM template0, with the source's encoding and collation"}
}

// createFrom makes the staged database with the source's locale.
func (s *staged) createFrom(ctx context.Context, conn *pgx.Conn) error {
	options := ""
	if s.template.server() {
		number, err := version(ctx, conn)
		if err != nil {
			return err
		}
		options = s.locale.options(number)
	}
	_, err := conn.Exec(ctx, `CREATE DATABASE `+ident(s.e.next())+` OWNER `+ident(s.heritage.databaseOwner())+` TEMPLATE `+ident(s.template.name)+options)
	switch stateOf(err) {
	case "22023", "42809", "22000", "42704": // a locale that the server's machine does not have
		return &report.Error{Code: report.Incompatible, Store: s.e.store, Side: report.Destination, Op: "create the staged database",
			Err: &cause{text: "the server at " + s.e.address() + " cannot make one with the source's " + s.locale.String(), state: stateOf(err)}, Hint: "install that locale there and restart the server"}
	case "55006":
		if !s.template.server() {
			return &report.Error{Code: report.Locked, Store: s.e.store, Side: report.Destination, Op: "copy template " + s.template.name, Err: reduce(err), Hint: "end the sessions in the template, then run the same command again"}
		}
	case "XX000":
		if s.template.locale.version != "" { // the server's machine was upgraded since it was made, and has no code of its own for that
			return &report.Error{Code: report.Incompatible, Store: s.e.store, Side: report.Destination, Op: "copy template " + s.template.name, Err: reduce(err),
				Hint: "the server's collation library may be a newer one than the template's: make the template anew, or let its owner run ALTER DATABASE " + ident(s.template.name) + " REFRESH COLLATION VERSION"}
		}
	}
	return err
}

// noteLocale reports an order of text that comes from another version of the
// library. The twin's indexes are built by it, so they are right.
func (s *staged) noteLocale(ctx context.Context) error {
	return s.inStaged(ctx, func(conn *pgx.Conn) error {
		l, err := readLocale(ctx, conn.Query)
		if err != nil {
			return err
		}
		if l.version != s.locale.version && l.version != "" && s.locale.version != "" {
			s.learned.add(fmt.Sprintf("text sorts by version %s of the collation library at the source and %s in the twin: some orders may differ", s.locale.version, l.version))
		}
		if l.encoding == "SQL_ASCII" {
			s.learned.add("the database has no encoding (SQL_ASCII): its text is copied byte by byte, and names that are not of plain letters are recognised where they stand in UTF-8")
		}
		return s.noteCollations(ctx, conn)
	})
}
