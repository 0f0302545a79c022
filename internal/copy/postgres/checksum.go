package postgres

import (
	"hash/maphash"
	"slices"
	"strings"
)

// checksum sums the rows of one table over the columns that no rule rewrites,
// the same way while they pass and when they are read back. The sum, modulo
// 2^64, does not depend on the order of the rows, and two sets of rows have the
// same one only if they are the same, but for one case in 2^64. Its key is this
// process's own, so a sum says nothing outside it.
type checksum struct {
	seed maphash.Seed
	runs []sumRun
	text bool // values come one by one, in the text form
}

// sumRun is a run of summed columns that stand side by side: places first to
// last-1 of a row. One run costs one hash, however many columns it holds.
type sumRun struct {
	first, last int
	key         uint64 // of its columns' names
}

// newChecksum sums the kept columns of a table. apart hashes each column on
// its own, so that tables with other orders of the same columns agree.
func newChecksum(seed maphash.Seed, l *load, ts types, apart bool) *checksum {
	c := &checksum{seed: seed, text: l.text}
	for _, step := range l.row.Steps {
		for place := step.First; place < step.Last; place++ {
			if !step.Kept || !l.text && !ts.steady(l.columns[place].typ) {
				continue
			}
			n := len(c.runs)
			if joins := n > 0 && c.runs[n-1].last == place && place > step.First; joins && !apart && !l.text {
				c.runs[n-1].last++
				continue
			}
			c.runs = append(c.runs, sumRun{first: place, last: place + 1})
		}
	}
	for i := range c.runs {
		r := &c.runs[i]
		r.key = maphash.String(seed, strings.Join(l.names[r.first:r.last], ","))
	}
	return c
}

// covers reports whether a place is summed.
func (c *checksum) covers(place int) bool {
	return c != nil && slices.ContainsFunc(c.runs, func(r sumRun) bool { return r.first <= place && place < r.last })
}

// spread makes every bit of a hash depend on every other.
func spread(h uint64) uint64 {
	h = (h ^ h>>32) * 0xd6e8feb86659fd93
	h = (h ^ h>>29) * 0x94d049bb133111eb
	return h ^ h>>32
}

// row is the hash of one row in the binary form: column i stands, with its
// length, at row[at[i]:at[i+1]].
func (c *checksum) row(row []byte, at []int) uint64 {
	var h uint64
	for i := range c.runs {
		r := &c.runs[i]
		h += spread(maphash.Bytes(c.seed, row[at[r.first]:at[r.last]]) ^ r.key)
	}
	return spread(h)
}

// value is the share of one value in the text form, nil for NULL, in the hash
// of its row, which is spread over the sum of all shares.
func (c *checksum) value(run int, value []byte) uint64 {
	if value == nil {
		return spread(^c.runs[run].key)
	}
	return spread(maphash.Bytes(c.seed, value) ^ c.runs[run].key)
}

// longSum is the hash of a row that comes in pieces.
type longSum struct {
	run  int
	hash maphash.Hash // of the run, so far
	all  uint64       // of the runs before it
}

// begin starts a row.
func (l *longSum) begin(c *checksum) {
	l.run, l.all = 0, 0
	l.hash.SetSeed(c.seed)
}

// piece adds some bytes of the column at a place.
func (l *longSum) piece(c *checksum, place int, b []byte) {
	if l.run < len(c.runs) && place >= c.runs[l.run].first {
		_, _ = l.hash.Write(b)
	}
}

// ended closes the column at a place.
func (l *longSum) ended(c *checksum, place int) {
	if l.run < len(c.runs) && place == c.runs[l.run].last-1 {
		l.all += spread(l.hash.Sum64() ^ c.runs[l.run].key)
		l.hash.Reset()
		l.run++
	}
}

// planSums decides what is summed of each table. The tables of one group share
// a sum, since a rule may move a row from one to another. Rows of the old twin
// that stay are added to it, and those that give way to them are taken off.
func (s *staged) planSums() {
	seed := maphash.MakeSeed()
	first := make(map[*group]*load)
	apart := make(map[*group]bool)
	for _, t := range s.r.cat.tables {
		l := s.tables[t.oid]
		if f := first[t.group]; f == nil {
			first[t.group] = l
		} else if !slices.Equal(f.names, l.names) || !slices.Equal(f.row.Steps, l.row.Steps) {
			apart[t.group] = true
		}
	}
	for _, t := range s.r.cat.tables {
		l := s.tables[t.oid]
		if limit := s.rows.limits[t.group.oid]; limit == nil || !limit.rule.Preserve || !l.row.Empty {
			l.sum = newChecksum(seed, l, s.r.cat.types, apart[t.group])
		}
	}
}

// steadyExtensions are types of extensions whose binary form is the same
// whatever server the value passed through.
var steadyExtensions = []string{"citext", "hstore", "ltree", "geometry", "geography", "vector", "halfvec"}

// steady reports whether a value of a type, sent, received and sent again, is
// known to have the same bytes. A list's flags are not, so they are cleared
// where they stand in front (see shape); lists inside other types are left out.
func (ts types) steady(oid uint32) bool {
	t := ts[oid]
	switch {
	case t == nil:
		return false
	case t.base != 0:
		return ts.steady(t.base)
	case t.elem != 0:
		e := ts[t.elem]
		return e != nil && e.elem == 0 && e.class != "d" && ts.steady(t.elem)
	case t.sub != 0:
		return ts.flat(t.sub)
	case t.class == "c":
		return !slices.ContainsFunc(t.attrs, func(a uint32) bool { return !ts.flat(a) })
	case t.class == "b" && oid >= firstUserOID:
		return slices.Contains(steadyExtensions, t.name)
	}
	return t.class == "b" || t.class == "e"
}

// flat reports a steady type without a list inside.
func (ts types) flat(oid uint32) bool {
	oid, _, _ = ts.base(oid, 0)
	return ts[oid] != nil && ts[oid].elem == 0 && ts.steady(oid)
}
