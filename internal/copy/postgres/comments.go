package postgres

import (
	"context"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/tenantcopy/tenantcopy/internal/anonymize"
)

// Comments on objects are words of people about people more often than other
// schema text, so they are dropped unless the rules say $comments: keep. The
// comment on the database is the twin's marker and never the source's.

// commentsQuery asks who the described is of the user's own objects and of
// schemas alone: the server has five thousand comments on its own, and to
// identify them is a tenth of what a small run costs the source.
const commentsQuery = `SELECT 'comment on a ' || i.type, d.description FROM pg_description d CROSS JOIN LATERAL pg_identify_object(d.classoid, d.objoid, d.objsubid) AS i
WHERE (d.objoid >= 16384 OR d.classoid = 'pg_namespace'::regclass) AND (d.objoid >= 16384 OR i.identity = 'public') AND i.type <> 'large object'
  AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = d.classoid AND e.objid = d.objoid AND e.deptype = 'e') ORDER BY 1, 2`

// readComments surveys them.
func readComments(ctx context.Context, query queryFunc, store string) (out []anonymize.Text, err error) {
	err = each(ctx, query, commentsQuery, nil, func(rows pgx.Rows) error {
		t := anonymize.Text{Comment: true, Store: store}
		err := rows.Scan(&t.Place, &t.Body)
		out = append(out, t)
		return err
	})
	return out, err
}

// uncommented are the kinds of objects whose comments are not ours to write.
var uncommented = regexp.MustCompile(`^COMMENT \S+ (DATABASE|EXTENSION|EVENT TRIGGER|SUBSCRIPTION|FOREIGN DATA WRAPPER|ACCESS METHOD|PROCEDURAL LANGUAGE|LANGUAGE|USER MAPPING|LARGE OBJECT) `)

// pickComments lists the archive's comments.
func (a *archive) pickComments(full string) error {
	text, err := os.ReadFile(full)
	if err != nil {
		return err
	}
	var list strings.Builder
	for line := range strings.Lines(string(text)) {
		m := listEntry.FindStringSubmatch(strings.TrimSuffix(line, "\n"))
		if m != nil && strings.HasPrefix(m[1], "COMMENT ") && !uncommented.MatchString(m[1]) {
			list.WriteString(line)
		}
	}
	a.comments = a.list + "-comments"
	return os.WriteFile(a.comments, []byte(list.String()), 0o600)
}

// leaveComments takes off the list what cannot be commented on: objects that
// are not carried, and schemas that are not ours: before version 15 public is
// the server's superuser's, and a template's schemas may be anybody's.
func (s *staged) leaveComments(ctx context.Context) error {
	var foreign []string
	err := s.inStaged(ctx, func(conn *pgx.Conn) error {
		const sql = `SELECT coalesce(array_agg(nspname::text), '{}') FROM pg_namespace WHERE NOT pg_has_role(nspowner, 'USAGE')`
		return conn.QueryRow(ctx, sql).Scan(&foreign)
	})
	if err != nil {
		return err
	}
	list, err := os.ReadFile(s.archive.comments)
	if err != nil {
		return err
	}
	var kept strings.Builder
	for line := range strings.Lines(string(list)) {
		if slices.ContainsFunc(s.archive.uncarried, func(entry string) bool { return strings.Contains(line, " "+entry) }) {
			continue
		}
		at := slices.IndexFunc(foreign, func(name string) bool { return strings.Contains(line, " COMMENT - SCHEMA "+name+" ") })
		if at < 0 {
			kept.WriteString(line)
		} else {
			s.learned.add("the comment on schema " + foreign[at] + " is not carried: the schema belongs to another role in the twin")
		}
	}
	return os.WriteFile(s.archive.comments, []byte(kept.String()), 0o600)
}

// restoreComments writes them on the finished copy, while all of it is ours.
func (s *staged) restoreComments(ctx context.Context) error {
	if s.archive.comments == "" {
		return nil
	}
	if err := s.leaveComments(ctx); err != nil {
		return err
	}
	args := []string{"--use-list=" + s.archive.comments, "--no-owner", "--no-privileges", "--exit-on-error", s.archive.file}
	options := "-c synchronous_commit=off -c default_transaction_read_only=off " + unlimited(s.version)
	leave, err := s.sessions.reserve(ctx)
	if err != nil {
		return err
	}
	defer leave()
	_, err = child{program: s.bin.path("pg_restore"), args: args, e: s.e, options: options, database: s.e.next()}.run(ctx)
	return err
}
