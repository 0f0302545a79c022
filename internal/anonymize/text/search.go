package text

// This room puts together what the detectors find in a text: a search yields what is to be replaced, from left to right,
// without overlaps. Names are looked for in what addresses, places and numbers leave.

// search is the state of one.
type search struct {
	s            []byte
	names        walk
	policy       policy
	emails       emailSearch
	phones       phoneSearch
	email, phone bool // there is one in hand
	places       *placeTable
	place        *Place
	at           Span  // of place
	pos          int   // where the part begins in which names are looked for
	bound        piece // what ends it
}

// begin starts the search of s. Nothing is left of the one before.
func (f *search) begin(w *worker, s []byte) {
	f.s, f.places, f.policy, f.pos = s, &w.e.places, w.policy, 0
	f.emails.begin(s)
	f.phones.begin(s, w.r)
	f.email, f.phone = f.emails.next(), f.phones.next()
	f.at, f.place = f.places.next(s, 0)
	f.part(w.e.names)
}

// part begins the search for names between pos and the leftmost of the others.
func (f *search) part(d *Dictionary) {
	// Of overlapping ones the first in this order.
	f.bound = piece{Span: Span{len(f.s), len(f.s)}}
	if f.email {
		f.bound = piece{Span: f.emails.at, topic: anEmail}
	}
	if f.place != nil && f.at.End <= f.bound.Start {
		f.bound = piece{Span: f.at, topic: aPlace, place: f.place}
	}
	if f.phone && f.phones.at.End <= f.bound.Start {
		f.bound = piece{Span: f.phones.at, topic: aPhone}
	}
	f.names.begin(d, f.s[f.pos:f.bound.Start])
}

// next returns the next piece; ok is false at the end.
func (f *search) next() (p piece, ok bool) {
	for {
		if m, ok := f.names.next(&f.policy); ok {
			m.Start += f.pos
			m.End += f.pos
			return piece{Span: Span{m.Start, m.End}, topic: aName, match: m}, true
		}
		if p = f.bound; p.Start == len(f.s) {
			return p, false
		}
		f.pos = p.End
		for f.email && f.emails.at.Start < f.pos {
			f.email = f.emails.next()
		}
		for f.phone && f.phones.at.Start < f.pos {
			f.phone = f.phones.next()
		}
		if f.place != nil && f.at.Start < f.pos {
			f.at, f.place = f.places.next(f.s, f.pos)
		}
		f.part(f.names.d)
		if p.topic != aPlace || p.place.From != p.place.To {
			return p, true
		}
	}
}

// end forgets the text, so that it need not stay in memory.
func (f *search) end() {
	f.s, f.places, f.policy, f.place = nil, nil, policy{}, nil
	f.emails.begin(nil)
	f.phones.begin(nil, nil)
	f.names.begin(nil, nil)
}
