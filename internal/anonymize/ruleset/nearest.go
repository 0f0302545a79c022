package ruleset

// Nearest returns the word of known that is closest to word: at most two letters inserted, removed, replaced or swapped with their
// neighbour, and fewer than either word has. The first of equals wins; "" means that nothing is near.
func Nearest(word string, known []string) string {
	best, least := "", 3
	for _, candidate := range known {
		a, b := []rune(word), []rune(candidate)
		if d := distance(a, b, least); d < least && d < len(a) && d < len(b) {
			best, least = candidate, d
		}
	}
	return best
}

// distance is the optimal string alignment distance of a and b, or limit when it is at least that.
func distance(a, b []rune, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit {
		return limit
	}
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return min(last[len(b)], limit)
}
