package blob

import "context"

// match is an object of the source with the destination's object of the same
// name, if there is one.
type match struct {
	src object
	dst *object
}

// join walks two sorted listings side by side. Servers do not agree on the
// order of names beyond ASCII: where the order is not ours, a pair may come
// apart, and then both halves are reported as unmatched, which costs a second
// upload and is settled in Seal. Memory is one page of each side.
type join struct {
	src, dst cursor
	s, d     *object
	begun    bool
	there    int64 // objects of the destination so far
}

// next returns the next object of the source, nil after the last. Names that
// the destination alone has go to spare.
func (j *join) next(ctx context.Context, spare func(name string) error) (*match, error) {
	if !j.begun {
		j.begun = true
		if err := j.forward(ctx, true, true); err != nil {
			return nil, err
		}
	}
	for {
		switch {
		case j.s == nil && j.d == nil:
			return nil, nil
		case j.s == nil || j.d != nil && j.d.Name < j.s.Name:
			if err := spare(j.d.Name); err != nil {
				return nil, err
			}
			if err := j.forward(ctx, false, true); err != nil {
				return nil, err
			}
		case j.d == nil || j.s.Name < j.d.Name:
			m := &match{src: *j.s}
			return m, j.forward(ctx, true, false)
		default:
			m := &match{src: *j.s, dst: j.d}
			return m, j.forward(ctx, true, true)
		}
	}
}

func (j *join) forward(ctx context.Context, src, dst bool) (err error) {
	if src {
		if j.s, err = j.src.next(ctx); err != nil {
			return err
		}
	}
	if dst {
		if j.d, err = j.dst.next(ctx); j.d != nil {
			j.there++
		}
	}
	return err
}
