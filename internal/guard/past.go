package guard

import (
	"context"
	"slices"
)

// past is what the stores of a twin said about themselves before this run.
// They may differ: a run can be of some stores only, a store can be added to
// a tenant, and a process can be killed between two markers.
type past struct {
	found    []*Marker // by site, nil where there is none
	unmarked []string  // stores that hold something and have no marker
}

// look reads the markers of all sites, and refuses one of somebody else.
func (r *Request) look(ctx context.Context) (past, error) {
	var p past
	for _, s := range r.Sites {
		facts, err := s.Facts(ctx, r.Nonce)
		if err != nil {
			return past{}, err
		}
		if err := r.checkMarker(s.Name(), facts); err != nil {
			return past{}, err
		}
		if facts.Marker == nil && !facts.Empty {
			p.unmarked = append(p.unmarked, s.Name())
		}
		p.found = append(p.found, facts.Marker)
	}
	return p, nil
}

// furthest returns the marker whose run must be dealt with first: one in
// mid-switch before any other, then the latest; nil without any.
func (p past) furthest() *Marker {
	var best *Marker
	for _, m := range p.found {
		switch {
		case m == nil:
		case best == nil,
			m.State == Switching && best.State != Switching,
			(m.State == Switching) == (best.State == Switching) && m.Time.After(best.Time):
			best = m
		}
	}
	return best
}

// serving returns the complete copy that each site serves, nil for none.
func (p past) serving() []*Serving {
	all := make([]*Serving, len(p.found))
	for i, m := range p.found {
		switch {
		case m == nil:
		case m.State == Complete:
			all[i] = m.serving()
		default:
			all[i] = m.Serving
		}
	}
	return all
}

// whole returns the latest of the complete copies that the sites serve, nil
// when one of them holds something else.
func (p past) whole() *Serving {
	if len(p.unmarked) > 0 {
		return nil
	}
	var latest *Serving
	for i, s := range p.serving() {
		switch {
		case s == nil && p.found[i] != nil:
			return nil
		case s != nil && (latest == nil || s.Time.After(latest.Time)):
			latest = s
		}
	}
	return latest
}

// stale returns every run that may have left something in one of the stores,
// but for run itself. A run that is complete has removed what it staged, unless a
// connection that was cut has still delivered something.
func (p past) stale(run string) []string {
	var all []string
	for _, m := range p.found {
		if m == nil {
			continue
		}
		for _, id := range append(slices.Clone(m.Stale), m.Run) {
			if id != run && !slices.Contains(all, id) {
				all = append(all, id)
			}
		}
	}
	return all
}

// of leaves of a destination the sites that a run has marked: the others are
// no part of it, and its switch must not touch them.
func (p past) of(run string, d *destination) {
	var sites []Site
	for i, m := range p.found {
		if m != nil && m.Run == run {
			sites = append(sites, d.sites[i])
		}
	}
	d.sites = sites
}
