package report

import "maps"

// Tally counts what became of the records of one chunk, one group or one
// store. Tallies add up; the zero Tally is ready for use.
type Tally struct {
	Records   int64 // rows, documents, keys, objects written
	Bytes     int64 // bytes of their values as written
	Kept      int64 // values copied by a keep rule
	Changed   int64 // values that a rule rewrote
	Dropped   int64 // records and values left out by a rule
	Skipped   int64 // records found already in place, unchanged
	Preserved int64 // records of the old twin that stayed; they are among Records
	Missing   int64 // what the database refers to and another store no longer has

	// Groups holds the records written by table, index, pattern or prefix, the
	// number that verify must count again in the staged copy.
	Groups map[string]int64

	// Sums holds, by the same groups, a sum over the hashes of the records'
	// kept values, modulo 2^64. A group without one is compared by number only.
	// It means nothing outside this process.
	Sums map[string]uint64 `json:"-"`
}

// Add adds u to t.
func (t *Tally) Add(u Tally) {
	t.Records += u.Records
	t.Bytes += u.Bytes
	t.Kept += u.Kept
	t.Changed += u.Changed
	t.Dropped += u.Dropped
	t.Skipped += u.Skipped
	t.Preserved += u.Preserved
	t.Missing += u.Missing
	for group, n := range u.Groups {
		t.In(group, n)
	}
	for group, sum := range u.Sums {
		t.Sum(group, sum)
	}
}

// In counts n records written into group, without touching Records.
func (t *Tally) In(group string, n int64) {
	if t.Groups == nil {
		t.Groups = make(map[string]int64)
	}
	t.Groups[group] += n
}

// Sum adds to the sum over the records of group.
func (t *Tally) Sum(group string, sum uint64) {
	if t.Sums == nil {
		t.Sums = make(map[string]uint64)
	}
	t.Sums[group] += sum
}

// Clone returns a Tally that shares nothing with t.
func (t Tally) Clone() Tally {
	t.Groups, t.Sums = maps.Clone(t.Groups), maps.Clone(t.Sums)
	return t
}
