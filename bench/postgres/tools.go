package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
)

// tool is one way to copy the database.
type tool struct {
	name  string
	title string
	// command copies b.source to b.target, in a folder of its own.
	command func(b *bench, dir string) *exec.Cmd
	ours    bool // it reports its own phases on standard output
	made    bool // the target database has to be there
}

const pgcopydb = "pgcopydb"

// tools lists the contestants in the order in which each round runs them.
func tools() []tool {
	return []tool{
		{name: "full", title: "**tenantcopy, full rules**", ours: true, command: func(b *bench, _ string) *exec.Cmd { return b.self("full") }},
		{name: pgcopydb, title: "`pgcopydb clone` (unmasked)", made: true, command: func(b *bench, dir string) *exec.Cmd {
			return exec.Command("pgcopydb", "clone", "--no-owner", "--no-acl", "--dir", dir+"/work", "--source", b.prod.url(b.source), "--target", b.staging.url(b.target))
		}},
		{name: "keep", title: "tenantcopy, keep rules (unmasked, not verified)", ours: true, command: func(b *bench, _ string) *exec.Cmd { return b.self("keep") }},
		{name: "psql", title: "`pg_dump \\| psql` (unmasked)", made: true, command: func(b *bench, _ string) *exec.Cmd {
			return shell(`pg_dump --no-owner "$1" | psql -q -v ON_ERROR_STOP=1 "$2" >/dev/null && psql -qc analyze "$2"`, b)
		}},
		{name: "restore", title: "`pg_dump -Fd -j2`, `pg_restore -j2` (unmasked)", made: true, command: func(b *bench, dir string) *exec.Cmd {
			return shell(`pg_dump --no-owner -Fd -j2 -f "$3/dump" "$1" && pg_restore --no-owner -j2 -d "$2" "$3/dump" && psql -qc analyze "$2"`, b, dir)
		}},
	}
}

// shell runs a pipeline; $1 is the source, $2 the target.
func shell(script string, b *bench, more ...string) *exec.Cmd {
	args := append([]string{"-euo", "pipefail", "-c", script, "bash", b.prod.url(b.source), b.staging.url(b.target)}, more...)
	return exec.Command("bash", args...)
}

// self runs this program as a child, so that its memory and processor time
// are its own.
func (b *bench) self(rules string) *exec.Cmd {
	return exec.Command(os.Args[0], childWord, rules, b.source, b.target)
}

// measure runs one tool once on an empty target.
func (b *bench) measure(ctx context.Context, t tool) (figures, error) {
	if err := b.drop(ctx, b.target); err != nil {
		return figures{}, err
	}
	if t.made {
		if err := b.staging.exec(ctx, "postgres", fmt.Sprintf(`CREATE DATABASE "%s" TEMPLATE template0`, b.target)); err != nil {
			return figures{}, err
		}
	}
	if err := b.settle(ctx); err != nil {
		return figures{}, err
	}
	dir, err := os.MkdirTemp("", "bench-postgres-")
	if err != nil {
		return figures{}, err
	}
	defer os.RemoveAll(dir)
	before := b.serversCPU(ctx)
	f, err := run(ctx, t.command(b, dir), t.ours)
	if err != nil {
		return f, err
	}
	f.server = b.serversCPU(ctx) - before
	return f, b.sameRows(ctx)
}

func (b *bench) serversCPU(ctx context.Context) float64 { return b.prod.cpu(ctx) + b.staging.cpu(ctx) }
