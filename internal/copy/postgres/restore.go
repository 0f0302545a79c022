package postgres

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
)

// The first half of the schema is replayed many entries in a transaction: one
// each, as pg_restore has it, costs the server almost twice the work, which
// with ten thousand tables is a minute, and one for all of them takes more locks
// than a server has.

// entriesAtOnce is how many entries are one transaction. Each takes a few of the
// server's locks, of which there are 6,400 by default.
const entriesAtOnce = 250

// restore replays the first half of the archive into the staged database. What
// the server does not take is left to pg_restore, which names the entry.
func (s *staged) restore(ctx context.Context) error {
	pieces, err := s.pieces(ctx, "pre-data")
	if err == errScript {
		return s.restoreList(ctx, s.archive.list)
	}
	if err != nil {
		return err
	}
	for batch := range slices.Chunk(pieces, entriesAtOnce) {
		var sql []string
		for _, p := range batch {
			sql = append(sql, p.access+p.sql)
		}
		done, err := s.atOnce(ctx, strings.Join(append(sql, "COMMIT"), ";\n"))
		if err != nil {
			return err
		}
		if done {
			continue
		}
		if err := s.restoreBatch(ctx, batch); err != nil {
			return err
		}
	}
	return nil
}

// restoreBatch has pg_restore replay some entries.
func (s *staged) restoreBatch(ctx context.Context, batch []piece) error {
	all, err := os.ReadFile(s.archive.list)
	if err != nil {
		return err
	}
	lines := make(map[int]string)
	for line := range strings.Lines(string(all)) {
		if m := listedEntry.FindStringSubmatch(line); m != nil {
			lines[number(m[1])] = line
		}
	}
	var list strings.Builder
	for _, p := range batch {
		list.WriteString(lines[p.id])
	}
	some := fmt.Sprintf("%s-%d", s.archive.list, batch[0].id)
	if err := os.WriteFile(some, []byte(list.String()), 0o600); err != nil {
		return err
	}
	return s.restoreList(ctx, some)
}

// restoreList has pg_restore replay the first half of a list.
func (s *staged) restoreList(ctx context.Context, list string) error {
	leave, err := s.sessions.reserve(ctx)
	if err != nil {
		return err
	}
	defer leave()
	args := []string{"--section=pre-data", "--use-list=" + list, "--no-owner", "--no-privileges", "--exit-on-error", "--verbose", s.archive.file}
	options := "-c synchronous_commit=off -c default_transaction_read_only=off " + unlimited(s.version)
	_, err = child{program: s.bin.path("pg_restore"), args: args, e: s.e, options: options, database: s.e.next()}.run(ctx)
	return s.changed(err)
}
