package blob

import (
	"fmt"
	"maps"
	"slices"
)

// note remembers what became a stand-in in a chunk; a chunk that runs twice
// counts once.
func (st *staged) note(chunk string, standIns map[string]int64) {
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.standIns == nil {
		st.standIns = make(map[string]map[string]int64)
	}
	st.standIns[chunk] = standIns
}

// Notes implements clone.Noter: bodies, and parts of bodies such as
// attachments, that their rule could not read.
func (st *staged) Notes() []string {
	st.mu.Lock()
	defer st.mu.Unlock()
	all := make(map[string]int64)
	for _, patterns := range st.standIns {
		for pattern, n := range patterns {
			all[pattern] += n
		}
	}
	var notes []string
	for _, pattern := range slices.Sorted(maps.Keys(all)) {
		notes = append(notes, fmt.Sprintf("%s: %d bodies or attachments could not be read by the rule and became stand-ins", pattern, all[pattern]))
	}
	return notes
}
