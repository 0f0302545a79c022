package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"

	"github.com/tenantcopy/tenantcopy/internal/verify"
)

// controlPrefix is what the names of controls begin with.
const controlPrefix = ownPrefix + "tenantcopy-control-"

func controlName(c verify.Control) own { return ownName(c.Name) }

// Plant implements verify.Scanner: the control is an object of ours.
func (st *staged) Plant(ctx context.Context, c verify.Control) error {
	_, err := st.dst.note(ctx, controlName(c), []byte(c.Value), condition{})
	return st.destination.fail("plant the control", err)
}

// Unplant implements verify.Scanner.
func (st *staged) Unplant(ctx context.Context, c verify.Control) error {
	return st.destination.fail("remove the control", st.dst.remove(ctx, controlName(c).name))
}

// Parts implements verify.Scanner: it lists the destination anew. What the
// switch will remove is left out, and so is what carries no mark of ours:
// others wrote it meanwhile into the twin that is live, so it goes too.
func (st *staged) Parts(ctx context.Context) iter.Seq2[verify.Part, error] {
	return func(yield func(verify.Part, error) bool) {
		st.mu.Lock()
		st.late, st.unread = nil, make(map[string]int64)
		st.mu.Unlock()
		controls := cursor{c: st.dst, at: st.destination, prefix: controlPrefix}
		for o, err := range controls.all(ctx) {
			if err != nil || !yield(st.control(o), nil) {
				if err != nil {
					yield(verify.Part{}, err)
				}
				return
			}
		}
		listing := cursor{c: st.dst, at: st.destination}
		for n := 1; ; n++ {
			var batch []object
			for len(batch) < chunkObjects {
				o, err := listing.next(ctx)
				if err != nil {
					yield(verify.Part{}, err)
					return
				}
				if o == nil {
					break
				}
				if _, going := slices.BinarySearch(st.removed, st.spares.hash(o.Name)); !going {
					batch = append(batch, *o)
				}
			}
			if len(batch) == 0 || !yield(st.part(n, batch), nil) {
				return
			}
		}
	}
}

// control reads a control back, which is no record of the copy.
func (st *staged) control(o *object) verify.Part {
	return verify.Part{ID: st.name + "/control", Scan: func(ctx context.Context, in *verify.Inspector) error {
		in.Value(group, "name", []byte(o.Name))
		return st.read(ctx, o, newLooker(in, group, "body"))
	}}
}

// part reads a batch of objects back.
func (st *staged) part(n int, batch []object) verify.Part {
	id := fmt.Sprintf("%s/%06d", st.name, n)
	return verify.Part{ID: id, Scan: func(ctx context.Context, in *verify.Inspector) error {
		var late []string
		var unread int64
		for i := range batch {
			o := &batch[i]
			if !o.Full {
				now, err := st.dst.head(ctx, o.Name)
				if errors.Is(err, errGone) {
					continue
				}
				if err != nil {
					return st.destination.fail("read an object's headers", err)
				}
				o = &now
			}
			if markOf(o) == "" {
				late = append(late, o.Name)
				continue
			}
			read, err := st.scan(ctx, o, in)
			if err != nil {
				return err
			}
			if !read {
				unread++
			}
		}
		st.mu.Lock()
		defer st.mu.Unlock()
		st.late = append(st.late, late...)
		st.unread[id] = unread
		return nil
	}}
}

// scan hands everything about one object to the inspector. It reports whether
// the body was read or needed no reading.
func (st *staged) scan(ctx context.Context, o *object, in *verify.Inspector) (bool, error) {
	in.Record(group)
	in.Value(group, "name", printable(o.Name))
	in.Value(group, "type", printable(o.Type))
	for key, value := range o.Meta {
		in.Value(group, "metadata", printable(key))
		in.Value(group, "metadata", printable(value))
		if text, _ := decode(key, value); text != value {
			in.Value(group, "metadata", printable(text))
		}
	}
	letter, _, _ := strings.Cut(markOf(o), markDivider)
	switch {
	case letter == bodyDrawn:
		return true, nil
	case letter == bodyText:
		return true, st.read(ctx, o, newLooker(in, group, "body"))
	}
	return st.kept(ctx, o, in)
}

// kept reads a kept body back if it is text, whatever the copy took it for.
func (st *staged) kept(ctx context.Context, o *object, in *verify.Inspector) (bool, error) {
	get := func(from, size int64) (io.ReadCloser, error) { return st.dst.get(ctx, o, from, size) }
	head, err := peek(get, o.Size)
	if errors.Is(err, errGone) {
		return true, nil
	}
	if err != nil {
		return false, st.destination.fail("read an object back", err)
	}
	if !isText(head) {
		return false, nil
	}
	r := behind(head, get, o.Size)
	defer r.Close()
	return true, st.stream(r, newLooker(in, group, "body"))
}

// read streams a body through a looker.
func (st *staged) read(ctx context.Context, o *object, l *looker) error {
	r, err := st.dst.get(ctx, o, 0, -1)
	if errors.Is(err, errGone) {
		return nil
	}
	if err != nil {
		return st.destination.fail("read an object back", err)
	}
	defer r.Close()
	return st.stream(r, l)
}

func (st *staged) stream(r io.Reader, l *looker) error {
	buf := make([]byte, windowBytes)
	for {
		n, err := io.ReadFull(r, buf)
		last := err == io.EOF || err == io.ErrUnexpectedEOF
		if err != nil && !last {
			return st.destination.fail("read an object back", err)
		}
		l.add(buf[:n], last)
		if last {
			return nil
		}
	}
}

// takeLate returns the names of objects that others wrote since the listing.
func (st *staged) takeLate() []string {
	st.mu.Lock()
	defer st.mu.Unlock()
	return st.late
}

// Unread implements clone.Unreader: what the proof did not look into.
func (st *staged) Unread() []string {
	st.mu.Lock()
	defer st.mu.Unlock()
	var n int64
	for _, unread := range st.unread {
		n += unread
	}
	if n == 0 {
		return nil
	}
	return []string{fmt.Sprintf("%d kept bodies that are no text: pictures, documents, archives", n)}
}
