package postgres

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
)

// Foreign keys are made without a look at the rows, one after the other: each
// locks two tables, and two that lock the same two in another order would wait
// for each other for ever. Then the tables prove theirs side by side; those of
// one table follow each other, since the server lets only one at a table.

// groupProved is the group of the chunks that prove foreign keys.
const groupProved = "foreign keys, proved"

// keyChunks lists them, and what comes after them.
func (a *assembly) keyChunks() {
	s := a.s
	var unproved []string
	var plain []*foreignKey
	byTable := make(map[uint32][]*foreignKey)
	var tables []uint32
	for _, k := range s.ends.keys {
		switch {
		case (k.parted || k.toParted && k.validated) && s.version < notValidParted:
			plain = append(plain, k)
			continue
		case k.validated:
			if byTable[k.child] == nil {
				tables = append(tables, k.child)
			}
			byTable[k.child] = append(byTable[k.child], k)
		}
		unproved = append(unproved, k.unproved())
	}
	if len(unproved) > 0 {
		a.add(step{what: "foreign keys", group: groupKeys, after: []string{groupRest}}, func(ctx context.Context, id string) error {
			return s.buildAll(ctx, id, unproved)
		})
	}
	for _, oid := range tables {
		a.proof(byTable[oid], step{place: byTable[oid][0].table.group(), bytes: s.ends.homes[oid].bytes}, false)
	}
	if len(plain) > 0 {
		a.proof(plain, step{}, true)
	}
	if len(s.ends.late) > 0 {
		a.add(step{what: "row security", after: []string{groupProved, groupKeys, groupRest}}, func(ctx context.Context, id string) error { return s.buildLate(ctx, id) })
	}
}

// proof lists the chunk that proves some keys; plain ones are made by it.
func (a *assembly) proof(keys []*foreignKey, st step, plain bool) {
	st.what, st.group, st.after = "foreign keys, proved", groupProved, []string{groupKeys, groupRest}
	a.add(st, func(ctx context.Context, id string) error {
		memory := a.s.memory.take(st.bytes)
		defer a.s.memory.give(memory)
		for _, k := range keys {
			orphans, err := a.s.once(ctx, fmt.Sprintf("%s/%d", id, k.oid), func(conn *pgx.Conn) (int64, error) {
				if err := simple(ctx, conn, a.s.setMemory(memory)); err != nil {
					return 0, err
				}
				return a.s.prove(ctx, conn, k, plain)
			})
			if err != nil {
				return err
			}
			if orphans != 0 {
				k.leftOut = plain && k.parted
				a.s.learned.add(k.orphanNote(orphans))
			}
		}
		return nil
	})
}

// buildLate makes what comes after the foreign keys, but for what hangs on one
// that was left out.
func (s *staged) buildLate(ctx context.Context, id string) error {
	var left []int
	for _, k := range s.ends.keys {
		if k.leftOut {
			left = append(left, k.piece)
		}
	}
	var sql []string
	for _, p := range s.ends.late {
		if !slices.ContainsFunc(p.needs, func(need int) bool { return slices.Contains(left, need) }) {
			sql = append(sql, p.sql)
		}
	}
	return s.buildAll(ctx, id, sql)
}
