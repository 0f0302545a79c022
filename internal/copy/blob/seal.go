package blob

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

var (
	errIncomplete = errors.New("the listings were not read to their ends")
	errTwice      = errors.New("two objects get the same name")
)

// Seal settles what the switch will remove: the names that the destination
// has and the copy does not account for. It removes nothing, and writes no
// list unless both listings were read to their ends.
func (st *staged) Seal(ctx context.Context) error {
	s := st.spares
	if !s.complete {
		return &report.Error{Code: report.Failed, Store: st.name, Side: report.Destination, Op: "seal the copy", Err: errIncomplete}
	}
	carried, twice := s.allCarried()
	if twice {
		return &report.Error{Code: report.Incompatible, Store: st.name, Side: report.Destination, Op: "seal the copy", Err: errTwice,
			Hint: "a $name rule maps different names to one; use one that keeps them apart"}
	}
	if err := st.clear(ctx, ownPrefix+st.run+"/remove-"); err != nil { // of an earlier try
		return err
	}
	st.removed = nil
	lists := 0
	settle := func(names []string) error {
		out := names[:0:0]
		for _, name := range names {
			if _, kept := slices.BinarySearch(carried, s.hash(name)); !kept && !isOwn(name) {
				out = append(out, name)
				st.removed = append(st.removed, s.hash(name))
			}
		}
		if len(out) == 0 {
			return nil
		}
		lists++
		return st.writeList(ctx, "remove", lists, out)
	}
	for n := range s.lists {
		names, err := st.readList(ctx, listName(st.run, "found", n))
		if err == nil {
			err = settle(names)
		}
		if err != nil {
			return err
		}
	}
	if err := settle(s.names); err != nil {
		return err
	}
	slices.Sort(st.removed)
	st.removed = slices.Compact(st.removed)
	return capped(st.name, st.serving, int64(len(st.removed)), s.there)
}

// The cap of a removal: a source that has become nearly empty is more often a
// wrong address than a tenant that left.
const (
	capFree  = 1000 // so many objects may always go
	capParts = 10   // of a twin of ours, at least one part of so many must stay
)

// capped refuses to remove nearly everything from a twin that serves a copy
// of ours.
func capped(store string, serving bool, remove, there int64) error {
	if !serving || remove <= capFree || remove <= there-there/capParts {
		return nil
	}
	return &report.Refusal{Code: report.Unsafe, What: "seal " + store, Why: fmt.Sprintf("the switch would remove %d of the twin's %d objects, because the source no longer has them", remove, there),
		Hint: "look whether the source's container is the right one; if it is, empty the twin's container and run again"}
}
