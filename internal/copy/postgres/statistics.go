package postgres

// Statistics are collected where the rows are known to be complete and the
// extended statistics and expression indexes are there: with a table's keys.
// A partitioned table has its own, of all rows below it.

// analyzeOnly is the first version that can collect a partitioned table's
// statistics without doing all its partitions again.
const analyzeOnly = 180000

// analyze is the statement for one relation; empty when another one's does it.
func (s *staged) analyze(h *home) string {
	if h.abroad { // the server would ask the foreign ones for rows
		if h.kind == "r" && h.root != h.oid {
			return `ANALYZE ` + h.quoted()
		}
		return ""
	}
	parted := s.version >= analyzeOnly
	switch {
	case h.kind == "p" && parted:
		return `ANALYZE ONLY ` + h.quoted()
	case h.kind == "p" && h.root != h.oid, h.kind == "r" && h.root != h.oid && !parted, h.kind == "m" && !h.populated:
		return ""
	}
	return `ANALYZE ` + h.quoted()
}
