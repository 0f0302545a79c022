package postgres

import (
	"context"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

// Which pg_dump and pg_restore: those on PATH where they fit both servers,
// else the newest that fit of those that packages have put beside each other.

// folderOfPrograms holds both; empty for those on PATH.
type folderOfPrograms string

func (f folderOfPrograms) path(program string) string { return filepath.Join(string(f), program) }

// installedPrograms are the folders of the packages of Debian, of the PostgreSQL
// project for Red Hat's systems, of Homebrew and of Postgres.app.
func installedPrograms() []string {
	return []string{"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin", "/usr/local/opt/postgresql@*/bin", "/Applications/Postgres.app/Contents/Versions/*/bin"}
}

// transactionTimeoutMajor is the first pg_restore that sets transaction_timeout,
// which older servers refuse.
const transactionTimeoutMajor = 17

// programs is one folder and the major versions of what is in it.
type programs struct {
	folder        folderOfPrograms
	dump, restore int
}

// fit reports whether a schema can be carried with them: pg_dump must be as new
// as the source, pg_restore as pg_dump, and what it says known at the
// destination.
func (p programs) fit(source, dst int) bool {
	return p.dump >= source && p.restore >= p.dump && (p.restore < transactionTimeoutMajor || dst >= transactionTimeoutMajor)
}

// toolbox is where programs are looked for, beside PATH, and for whom.
type toolbox struct {
	installed []string // patterns of folders
	e         *endpoint
}

// findPrograms chooses the programs for two servers of major versions.
func (t toolbox) findPrograms(ctx context.Context, source, dst int) (folderOfPrograms, error) {
	first, missing := t.versionsIn(ctx, "")
	if missing == nil && first.fit(source, dst) {
		return "", nil
	}
	var fitting []programs
	for _, pattern := range t.installed {
		folders, _ := filepath.Glob(pattern) // its only error is a malformed pattern
		for _, folder := range folders {
			if p, err := t.versionsIn(ctx, folderOfPrograms(folder)); err == nil && p.fit(source, dst) {
				fitting = append(fitting, p)
			}
		}
	}
	if len(fitting) > 0 {
		return slices.MaxFunc(fitting, func(a, b programs) int { return a.rank(dst) - b.rank(dst) }).folder, nil
	}
	if tooOld := first.dump > 0 && first.dump < source; missing != nil && !tooOld {
		return "", missing
	}
	return "", t.unfit(first, source, dst)
}

// rank prefers the newest of those that are not newer than the destination: a
// newer one may write what that does not know.
func (p programs) rank(dst int) int {
	if p.dump > dst {
		return -p.dump
	}
	return p.dump
}

// unfit says which program on PATH does not fit, and what to install.
func (t toolbox) unfit(p programs, source, dst int) error {
	program, major, wanted := "pg_restore", p.restore, max(source, p.dump)
	switch {
	case p.dump < source:
		program, major, wanted = "pg_dump", p.dump, source
	case p.restore >= transactionTimeoutMajor && dst < transactionTimeoutMajor:
		wanted = dst
	}
	hint := fmt.Sprintf("install PostgreSQL's client programs of version %d (Debian: postgresql-client-%d), or put them first on PATH", wanted, wanted)
	return &report.Error{Code: report.Incompatible, Store: t.e.store, Op: "compare versions", Hint: hint,
		Err: &cause{text: fmt.Sprintf("%s %d does not fit PostgreSQL %d at the source and %d at the destination", program, major, source, dst)}}
}

// versionsIn asks both programs of a folder.
func (t toolbox) versionsIn(ctx context.Context, folder folderOfPrograms) (p programs, err error) {
	p.folder = folder
	if p.dump, err = t.majorOf(ctx, folder.path("pg_dump")); err == nil {
		p.restore, err = t.majorOf(ctx, folder.path("pg_restore"))
	}
	return p, err
}

var versionLine = regexp.MustCompile(`\) ([0-9]+)`)

// majorOf asks a program for its version.
func (t toolbox) majorOf(ctx context.Context, program string) (int, error) {
	out, err := child{program: program, args: []string{"--version"}, e: t.e}.run(ctx)
	if err != nil {
		return 0, err
	}
	m := versionLine.FindStringSubmatch(out)
	if m == nil {
		return 0, &cause{text: filepath.Base(program) + " does not say its version"}
	}
	return strconv.Atoi(m[1])
}
