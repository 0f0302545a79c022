package postgres

import "github.com/tenantcopy/tenantcopy/internal/clone"

var _ clone.Noter = (*staged)(nil)

// Notes returns what the copy has learned that the report must say.
func (s *staged) Notes() []string {
	notes := append(s.learned.all(), s.tooLong.notes()...)
	if age := s.r.restraint.note(); age != "" {
		notes = append(notes, age)
	}
	if need := s.space.note(); need != "" {
		notes = append(notes, need)
	}
	return append(notes, s.rows.said()...)
}
