package blob

import (
	"context"
	"slices"

	"github.com/tenantcopy/tenantcopy/internal/parallel"
)

// removers is how many objects are removed at once.
const removers = 8

// Switch removes what the source no longer has, by the lists that Seal wrote.
// A list goes when its objects are gone, so a switch cut short is finished by
// another process.
func (st *staged) Switch(ctx context.Context) error {
	if err := st.clear(ctx, controlPrefix); err != nil {
		return err
	}
	if late := st.takeLate(); len(late) > 0 {
		if err := st.writeList(ctx, "remove", 0, late); err != nil {
			return err
		}
	}
	lists := cursor{c: st.dst, at: st.destination, prefix: ownPrefix + st.run + "/remove-"}
	for o, err := range lists.all(ctx) {
		if err != nil {
			return err
		}
		list := own{o.Name}
		names, err := st.readList(ctx, list)
		if err != nil {
			return err
		}
		names = slices.DeleteFunc(names, isOwn)
		if err := st.removeAll(ctx, names); err != nil {
			return err
		}
		if err := st.removeAll(ctx, []string{list.name}); err != nil {
			return err
		}
	}
	return st.clear(ctx, ownPrefix+st.run+"/")
}

// Discard removes the lists and controls of this run and of stale ones. What
// is live stays as it is: each object there is complete and pseudonymised.
func (st *staged) Discard(ctx context.Context) error {
	for _, run := range append(slices.Clone(st.stale), st.run) {
		if run == "" {
			continue
		}
		if err := st.clear(ctx, ownPrefix+run+"/"); err != nil {
			return err
		}
	}
	return st.clear(ctx, controlPrefix)
}

// clear removes the objects of ours whose names begin with prefix. A
// container that is not there holds none.
func (st *staged) clear(ctx context.Context, prefix string) error {
	if s, err := st.dst.state(ctx); err != nil || !s.exists {
		return st.destination.fail("open the container", err)
	}
	var names []string
	listing := cursor{c: st.dst, at: st.destination, prefix: prefix}
	for o, err := range listing.all(ctx) {
		if err != nil {
			return err
		}
		names = append(names, o.Name)
	}
	return st.removeAll(ctx, names)
}

// removeAll removes objects, several at once.
func (st *staged) removeAll(ctx context.Context, names []string) error {
	return parallel.All(ctx, removers, len(names), func(ctx context.Context, i int) error {
		return st.destination.fail("remove an object", st.dst.remove(ctx, names[i]))
	})
}
