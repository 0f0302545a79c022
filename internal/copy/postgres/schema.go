package postgres

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

// archive is the source's schema as pg_dump wrote it, and the list of its
// entries that are carried.
type archive struct {
	file, list string
	comments   string   // the list of them; empty when they are dropped
	head, tail string   // of the list: what comes before the foreign servers, and after; empty without any
	uncarried  []string // how the lines of comments on what is not carried begin, behind their numbers
}

// checkFit refuses what cannot be carried before anything is written.
func (s *staged) checkFit(ctx context.Context) error {
	var wanted []extension
	err := s.r.inSnapshot(ctx, func(d door) error {
		var err error
		if wanted, err = readExtensions(ctx, d.query); err != nil {
			return err
		}
		if s.locale, err = readLocale(ctx, d.query); err != nil {
			return err
		}
		s.collations, err = readCollations(ctx, d.query)
		return err
	})
	if err != nil {
		return s.r.failReading(ctx, "read the catalogue", err)
	}
	var lacks []string
	err = s.e.inAdmin(ctx, func(conn *pgx.Conn) (err error) {
		if s.version, err = version(ctx, conn); err == nil {
			lacks, err = missingRights(ctx, conn, s.e)
		}
		return err
	})
	if err != nil {
		return err
	}
	if slices.ContainsFunc(lacks, func(line string) bool {
		return strings.HasPrefix(line, "GRANT CONNECT ON DATABASE "+ident(s.e.database)+" ")
	}) {
		return s.e.denied(lacks) // what else it lacks cannot be seen yet
	}
	if s.heritage, err = s.readHeritage(ctx); err != nil {
		return err
	}
	s.heritage.widen(s.r.version, s.version)
	err = s.e.inAdmin(ctx, func(conn *pgx.Conn) error { return s.checkServer(ctx, conn, wanted, lacks) })
	if err != nil {
		return err
	}
	return s.checkVersions(ctx, s.version)
}

// checkServer refuses what our role or the server at the destination cannot do;
// lacks are rights that are known to be missing. Missing rights come all at once,
// since whoever gives them is often another one than who runs us.
func (s *staged) checkServer(ctx context.Context, conn *pgx.Conn, wanted []extension, lacks []string) error {
	if err := conn.QueryRow(ctx, `SELECT rolsuper FROM pg_roles WHERE rolname = current_user`).Scan(&s.heritage.super); err != nil {
		return err
	}
	var err error
	if s.heritage.triggers, err = s.readEventTriggers(ctx, s.heritage.super); err != nil {
		return err
	}
	grants, err := s.checkRoles(ctx, conn, s.heritage, s.version)
	if err != nil {
		return err
	}
	lacks = append(slices.DeleteFunc(lacks, func(line string) bool { return strings.HasSuffix(line, ownsTwin) }), grants...) // that owner is among them
	if !slices.ContainsFunc(lacks, func(line string) bool {
		return strings.HasPrefix(line, "ALTER DATABASE ") || strings.HasPrefix(line, "GRANT CONNECT ")
	}) {
		if s.template, err = s.readTemplate(ctx, conn); err != nil {
			return err
		}
		closed, err := s.closedWrappers(ctx)
		if err != nil {
			return err
		}
		lacks = append(lacks, closed...)
	}
	slices.Sort(lacks)
	if err := s.e.denied(slices.Compact(lacks)); err != nil {
		return err
	}
	if err := s.checkLocale(s.locale); err != nil {
		return err
	}
	if err := s.checkCollations(ctx, conn); err != nil {
		return err
	}
	if err := s.checkExtensions(ctx, conn, wanted); err != nil {
		return err
	}
	return s.checkPrivileged(ctx, conn)
}

// checkVersions compares the servers' major versions with those of the
// programs: pg_dump must be as new as the source, and what it writes must be
// understood at the destination.
func (s *staged) checkVersions(ctx context.Context, target int) error {
	if target < minVersion {
		return s.e.tooOld(target)
	}
	source, dst := s.r.version/10000, target/10000
	if dst < source {
		return s.incompatible("compare versions", olderTwin(source, dst))
	}
	var err error
	s.bin, err = toolbox{s.r.installed, s.e}.findPrograms(ctx, source, dst)
	return err
}

func olderTwin(source, dst int) string {
	return fmt.Sprintf("PostgreSQL %d at the destination is older than %d at the source", dst, source)
}

// dump writes the schema, as of the snapshot, into an archive.
func (s *staged) dump(ctx context.Context, comments bool) (*archive, error) {
	dir, err := s.r.tempDir()
	if err != nil {
		return nil, err
	}
	leave, err := s.r.sessions.reserve(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	a := &archive{file: filepath.Join(dir, "schema"), list: filepath.Join(dir, "list")}
	args := []string{"--format=custom", "--schema-only", "--snapshot=" + s.r.snap.id, "--no-security-labels", "--no-subscriptions",
		"--no-tablespaces", "--no-owner", "--no-privileges", "--lock-wait-timeout=60000", "--file=" + a.file}
	if !comments {
		args = append(args, "--no-comments")
	}
	options := "-c default_transaction_read_only=on " + unlimited(s.r.version)
	if _, err := (child{program: s.bin.path("pg_dump"), args: args, e: s.r.e, options: options, database: s.r.e.database}).run(ctx); err != nil {
		return nil, err
	}
	if err := s.r.parted(ctx); err != nil {
		return nil, s.r.gone(err)
	}
	full := filepath.Join(dir, "all")
	if _, err := (child{program: s.bin.path("pg_restore"), args: []string{"--list", "--file=" + full, a.file}, e: s.e}).run(ctx); err != nil {
		return nil, err
	}
	if err := filterList(full, a.list, s.already()); err != nil {
		return nil, err
	}
	if comments {
		if err := a.pickComments(full); err != nil {
			return nil, err
		}
	}
	return a, a.splitAtServers(full, s.already())
}

// splitAtServers divides the list where the foreign servers stand, which we
// make ourselves.
func (a *archive) splitAtServers(full string, already []string) error {
	text, err := os.ReadFile(full)
	if err != nil {
		return err
	}
	before, after, found := cutLine(string(text), " SERVER - ")
	if !found {
		return nil
	}
	a.head, a.tail = a.list+"-head", a.list+"-tail"
	for file, part := range map[string]string{a.head: before, a.tail: after} {
		if err := os.WriteFile(full, []byte(part), 0o600); err != nil {
			return err
		}
		if err := filterList(full, file, already); err != nil {
			return err
		}
	}
	return nil
}

// cutLine divides a list of entries before the first of a kind.
func cutLine(list, kind string) (before, after string, found bool) {
	at := 0
	for line := range strings.Lines(list) {
		if m := listEntry.FindStringSubmatch(strings.TrimSuffix(line, "\n")); m != nil && strings.HasPrefix(" "+m[1], kind) {
			return list[:at], list[at:], true
		}
		at += len(line)
	}
	return list, "", false
}

// restoreFirst replays the archive's first half: types, functions and tables.
func (s *staged) restoreFirst(ctx context.Context) error {
	whole := s.archive.list
	if s.archive.head == "" {
		return s.restore(ctx)
	}
	defer func() { s.archive.list = whole }()
	s.archive.list = s.archive.head
	if err := s.restore(ctx); err != nil {
		return err
	}
	if err := s.createServers(ctx); err != nil {
		return err
	}
	s.archive.list = s.archive.tail
	if err := s.restore(ctx); err != nil {
		return err
	}
	return s.emptyFiles(ctx)
}

// leftOut are the kinds of entries that a twin must not have, credentials of
// other servers and subscriptions to them, and those that we make ourselves:
// foreign servers, and triggers that fire on what we do.
func leftOut() []string {
	return []string{"USER MAPPING ", "SUBSCRIPTION ", "SERVER ", "EVENT TRIGGER ", "DATABASE ", "SECURITY LABEL ", "COMMENT "}
}

var listEntry = regexp.MustCompile(`^[0-9]+; [0-9]+ [0-9]+ (.*)$`)

// filterList copies a list of entries without those that are left out or
// there already.
func filterList(from, to string, already []string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<20)
	w := bufio.NewWriter(out)
	for lines.Scan() {
		m := listEntry.FindStringSubmatch(lines.Text())
		_, numbers, _ := strings.Cut(lines.Text(), "; ")
		if m == nil || slices.ContainsFunc(leftOut(), func(kind string) bool { return strings.HasPrefix(m[1], kind) }) ||
			slices.ContainsFunc(already, func(entry string) bool {
				return strings.HasPrefix(m[1], entry+" ") || strings.HasPrefix(numbers, entry+" ")
			}) {
			continue
		}
		fmt.Fprintln(w, lines.Text())
	}
	return errors.Join(lines.Err(), w.Flush())
}

// changed says of an object that the destination's newer server does not take
// what is the likely reason.
func (s *staged) changed(err error) error {
	source, dst := s.r.version/10000, s.version/10000
	e, ok := errors.AsType[*report.Error](err)
	if !ok || e.Code != report.Incompatible || e.Hint != "" || source == dst {
		return err
	}
	named := *e
	named.Hint = fmt.Sprintf("PostgreSQL %d may have no more what the object uses of PostgreSQL %d; change it at the source, as for an upgrade, or copy to a server of version %d", dst, source, source)
	return &named
}
