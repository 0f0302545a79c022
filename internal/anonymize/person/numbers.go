package person

import "slices"

// numbers finds people by ids that are small numbers, as most are: an array a source costs one cache miss a look-up and
// four to sixteen bytes a person, where a table of strings costs two and fifty.
type numbers struct {
	sources []string
	who     [][]int32 // by source and id: one more than the person, 0 for nobody
}

// longestNumber is how many digits such an id has at most.
const longestNumber = 9

// numberOf reads an id that is spelled as the server spells numbers; ok is false for any other.
func numberOf[T string | []byte](id T) (n int, ok bool) {
	if len(id) == 0 || len(id) > longestNumber || id[0] == '0' && len(id) > 1 {
		return 0, false
	}
	for i := range len(id) {
		if id[i]-'0' > 9 {
			return 0, false
		}
		n = n*10 + int(id[i]-'0')
	}
	return n, true
}

// newNumbers makes room for the ids of each source that are below four times their count: sparser ones are not worth it.
// It returns how many records are left to a table.
func newNumbers(records []Record) (x numbers, left int) {
	counts := map[string]int{}
	for i := range records {
		if _, ok := numberOf(records[i].ID); ok {
			counts[records[i].Source]++
		}
	}
	sizes := map[string]int{}
	for i := range records {
		r := &records[i]
		if n, ok := numberOf(r.ID); ok && n < 4*counts[r.Source]+1024 {
			sizes[r.Source] = max(sizes[r.Source], n+1)
		} else {
			left++
		}
	}
	for source, size := range sizes {
		x.sources, x.who = append(x.sources, source), append(x.who, make([]int32, size))
	}
	return x, left
}

// at returns the place of an id; ok is false where it has none, and only a table can tell.
func (x *numbers) at(source string, n int) (place *int32, ok bool) {
	i := slices.Index(x.sources, source)
	if i < 0 || n >= len(x.who[i]) {
		return nil, false
	}
	return &x.who[i][n], true
}

// add enters a person, unless the id has one; false where a table must.
func (x *numbers) add(source, id string, who int32) bool {
	n, ok := numberOf(id)
	if !ok {
		return false
	}
	place, ok := x.at(source, n)
	if ok && *place == 0 {
		*place = who + 1
	}
	return ok
}

// get finds a person; known is false where only a table can tell.
func (x *numbers) get(source string, id []byte) (who int32, found, known bool) {
	n, ok := numberOf(id)
	if !ok {
		return 0, false, false
	}
	place, ok := x.at(source, n)
	if !ok {
		return 0, false, false
	}
	return *place - 1, *place > 0, true
}
