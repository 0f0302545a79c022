package anonymize

import (
	"fmt"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/ruleset"
)

// Selection is what the rules say about which rows of one table are copied.
type Selection struct {
	ruleset.Rows
	file string
}

// Selection returns what $rows says about a table; the zero Selection, all of
// the source, when it says nothing.
func (p *Plan) Selection(store, table string) Selection {
	s := Selection{file: p.in.Rules.File}
	if g := (&compiler{in: p.in}).group(store, table); g != nil {
		s.Rows = g.Options.Rows
	}
	return s
}

// Orphans returns what becomes of a foreign key of a table that rows of the
// source break already: ruleset.OrphansReport or ruleset.OrphansRefuse.
func (p *Plan) Orphans(store, table string) string {
	return p.in.Rules.OrphansOf((&compiler{in: p.in}).group(store, table), store)
}

// Line names a place of the rules file for a message: "rules.yaml:12:9".
func (s Selection) Line(at ruleset.Pos) string {
	return fmt.Sprintf("%s:%d:%d", s.file, at.Line, at.Column)
}

// Preserved is the door for rows of the old twin, which are values of the
// destination and were pseudonymised when they came there, or made there. No
// rule reads them, so it opens only for tables whose $rows says preserve; the
// adapter must have proved that tenantcopy made that twin. Verify reads what
// came through it like everything else.
type Preserved struct{ open bool }

// Preserved returns the door of one table; false when the rules do not open it.
func (p *Plan) Preserved(store, table string) (Preserved, bool) {
	open := p.Selection(store, table).Preserve
	return Preserved{open}, open
}

// Value passes one value of the old twin, as it stands on the wire; nil is
// NULL. It panics on a door that is not open.
func (d Preserved) Value(raw []byte) Clean {
	if !d.open {
		panic("anonymize: Value on a closed door")
	}
	return Clean{b: raw, null: raw == nil}
}
