package person

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/text"
)

// rooms hold what records say of people while it is collected: most people
// have one name, one e-mail and one phone, which lie side by side with those
// of others and not each on its own.
type rooms struct {
	ids     strings.Builder
	names   []Name
	strings []string
	beside  *text.Surroundings
	raw     []byte // scratch
}

// bare returns a full name without what stands around it: Dr., (HR).
func (m *rooms) bare(full string) string {
	m.raw = append(m.raw[:0], full...)
	at := m.beside.Name(m.raw)
	return full[at.Start:at.End]
}

// newRooms makes room for the ids of all people, whose first records are the
// roots of sets, and for one of each kind of value a person.
func newRooms(records []Record, sets union, people int) *rooms {
	size := 0
	for i := range records {
		if sets.find(int32(i)) == int32(i) {
			size += len(records[i].Source) + 1 + len(records[i].ID)
		}
	}
	m := &rooms{names: make([]Name, 0, people), strings: make([]string, 0, 2*people), beside: text.NewSurroundings()}
	m.ids.Grow(size)
	return m
}

// ref is Ref in the room for ids.
func (m *rooms) ref(r *Record) string {
	start := m.ids.Len()
	m.ids.WriteString(r.Source)
	m.ids.WriteByte(':')
	m.ids.WriteString(r.ID)
	return m.ids.String()[start:]
}

// take adds what one record says to a person.
func (m *rooms) take(p *Person, r *Record, n *normal) {
	if p.Locale == "" {
		p.Locale = r.Locale
	}
	name := Name{Given: clean(r.First), Family: clean(r.Last), Full: m.bare(clean(r.Name))}
	if name.Given == "" && name.Family == "" && name.Full != "" {
		name.Given, name.Family = SplitName(name.Full, p.Locale)
	}
	if name.Full == "" {
		name.Full = clean(name.Given + " " + name.Family)
	}
	if name.Full != "" && !slices.Contains(p.Real.Names, name) {
		p.Real.Names = with(p.Real.Names, name, &m.names)
	}
	if n.email != "" && !slices.Contains(p.Real.Emails, n.email) {
		p.Real.Emails = with(p.Real.Emails, n.email, &m.strings)
	}
	if n.phone != "" && !slices.Contains(p.Real.Phones, n.phone) {
		p.Real.Phones = with(p.Real.Phones, n.phone, &m.strings)
	}
}

// with appends a value to a list, whose first one lies in the common room
// while that lasts.
func with[T any](list []T, value T, room *[]T) []T {
	if n := len(*room); len(list) == 0 && n < cap(*room) {
		*room = append(*room, value)
		return (*room)[n : n+1 : n+1]
	}
	return append(list, value)
}

// clean trims a name and makes one blank of several.
func clean(s string) string {
	if isClean(s) {
		return s
	}
	return strings.Join(strings.Fields(s), " ")
}

// isClean reports that a name is of letters of ASCII with single blanks
// between them, as most are.
func isClean(s string) bool {
	blank := true // one that stands first goes
	for i := range len(s) {
		switch c := s[i]; {
		case c < ' ' || c >= utf8.RuneSelf || c == ' ' && blank:
			return false
		default:
			blank = c == ' '
		}
	}
	return s == "" || !blank
}
