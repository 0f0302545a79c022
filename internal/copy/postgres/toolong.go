package postgres

import (
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/tenantcopy/tenantcopy/internal/anonymize"
)

// tooLong counts the values that were too long for their rules, so that
// something else was written. A part that is tried again counts once.
type tooLong struct {
	mu    sync.Mutex
	parts map[string]map[string]int64 // by part and field
}

// of takes down what one part has left out, by step of its table's row.
func (l *tooLong) of(p part, load *load, steps map[int]int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.parts, p.id)
	for i, n := range steps {
		if l.parts == nil {
			l.parts = make(map[string]map[string]int64)
		}
		if l.parts[p.id] == nil {
			l.parts[p.id] = make(map[string]int64)
		}
		l.parts[p.id][p.table.group.name+"."+load.columns[load.row.Steps[i].First].name] += n
	}
}

// notes says it by field.
func (l *tooLong) notes() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	sum := make(map[string]int64)
	for _, fields := range l.parts {
		for field, n := range fields {
			sum[field] += n
		}
	}
	var out []string
	for _, field := range slices.Sorted(maps.Keys(sum)) {
		out = append(out, fmt.Sprintf("%s of %s longer than %d MB, which is more than a rule reads: empty in the twin", values(sum[field]), field, anonymize.MostRuled>>20))
	}
	return out
}

func values(n int64) string {
	if n == 1 {
		return "1 value"
	}
	return fmt.Sprintf("%d values", n)
}
