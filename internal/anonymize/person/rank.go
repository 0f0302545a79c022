package person

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
)

// ranked is a record's place among all, as far as a number says it: what is
// equal in it is compared in full.
type ranked struct {
	key uint64 // source, length of the id, its first bytes
	at  int32
}

// rank sorts records by source, in the declared order, and then by id; the
// rest only settles the order of rows that share an id.
func rank(records []Record, sources []string) error {
	order := make(map[string]int, len(sources))
	for i, s := range sources {
		order[s] = i
	}
	list := make([]ranked, len(records))
	for i := range records {
		r := &records[i]
		source, ok := order[r.Source]
		if !ok {
			return fmt.Errorf("build people index: source %q is not declared", r.Source)
		}
		list[i] = ranked{rankOf(source, r.ID), int32(i)}
	}
	slices.SortFunc(list, func(a, b ranked) int {
		if c := cmp.Compare(a.key, b.key); c != 0 {
			return c
		}
		return cmp.Or(inFull(&records[a.at], &records[b.at], order), cmp.Compare(a.at, b.at))
	})
	arrange(records, list)
	return nil
}

// rankOf makes the number. What does not fit into its part of it leaves the
// rest to the comparison in full.
func rankOf(source int, id string) uint64 {
	const most = 255
	if source >= most {
		return most << 56
	}
	key := uint64(source) << 56
	if len(id) >= most {
		return key | most<<48
	}
	var first [8]byte
	copy(first[2:], id)
	return key | uint64(len(id))<<48 | binary.BigEndian.Uint64(first[:])
}

// inFull compares two records in all they hold.
func inFull(a, b *Record, order map[string]int) int {
	if c := cmp.Or(cmp.Compare(order[a.Source], order[b.Source]), cmp.Compare(len(a.ID), len(b.ID)), strings.Compare(a.ID, b.ID)); c != 0 {
		return c
	}
	return cmp.Or(strings.Compare(a.Email, b.Email), strings.Compare(a.Name, b.Name), strings.Compare(a.First, b.First), strings.Compare(a.Last, b.Last),
		strings.Compare(a.Phone, b.Phone), strings.Compare(a.Locale, b.Locale))
}

// arrange puts records into the order of list, in place: each cycle of places
// is moved round once.
func arrange(records []Record, list []ranked) {
	for i := range list {
		if list[i].at == int32(i) {
			continue
		}
		first, to := records[i], i
		for {
			from := int(list[to].at)
			list[to].at = int32(to) // it is done
			if from == i {
				records[to] = first
				break
			}
			records[to] = records[from]
			to = from
		}
	}
}
