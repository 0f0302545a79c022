package person

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

// Who owns a shared mailbox is found by words as by comparing with everyone.
func TestOwnersAreThoseOfStrangers(t *testing.T) {
	t.Parallel()
	names := []string{"Rose Hill", "R. Hill", "Hill", "Jane Doe", "J D", "Zoë Möller", "Zoe Moller", "O'Connor, Pat", "王小明", "王 小明", "佐藤健太", "김철수", "Анна Иванова", "", "123", "rose", "M. Anna"}
	rapid.Check(t, func(t *rapid.T) {
		var records []Record
		for i := range rapid.IntRange(2, 30).Draw(t, "records") {
			records = append(records, Record{Source: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "source"), ID: fmt.Sprint(rapid.IntRange(0, 40).Draw(t, "id")), Name: rapid.SampledFrom(names).Draw(t, fmt.Sprint("name", i))})
		}
		known := newOwners()
		for i := range records[:len(records)-1] {
			known.add(&records[i], int32(i))
		}
		last, want := &records[len(records)-1], int32(-1)
		for i := range records[:len(records)-1] {
			if !strangers(&records[i], last) {
				want = int32(i)
				break
			}
		}
		if got := known.of(last); got != want {
			t.Errorf("owner %d, want %d", got, want)
		}
	})
}

// An address that rows of different people share costs as much a row whatever
// their number: compare the figures of n and 4n.
func BenchmarkSharedMailbox(b *testing.B) {
	for _, n := range []int{1_000, 4_000, 16_000} {
		records, normals := make([]Record, n), make([]normal, n)
		for i := range records {
			word := func(k int) string {
				return string([]byte{'q', 'a' + byte(k%26), 'a' + byte(k/26%26), 'a' + byte(k/676%26), 'a' + byte(k/17576%26)})
			}
			records[i] = Record{Source: "users", ID: fmt.Sprint(i), Name: word(2*i) + " x" + word(2*i+1)}
			normals[i].email = "info@acme.com"
		}
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				joinMailboxes(records, normals, newUnion(n))
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/row")
		})
	}
}
