package postgres

import (
	"context"
	"fmt"

	"github.com/tenantcopy/tenantcopy/internal/anonymize"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/ruleset"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

// Which large objects are copied: $rows of pg_largeobject is a condition over
// their number, loid, by which the application's tables refer to them. The
// server knows no other connection between a row and its large objects, so $rows
// of a table does not reach them, and the report says where that may matter.

// oidOID is the type of a number of a large object.
const oidOID = 26

// objectsRows is what a condition is asked of, under the name of the group.
func objectsRows() *group {
	return &group{relation: relation{name: objectsGroup}, name: objectsGroup, source: "(SELECT oid AS loid FROM pg_catalog.pg_largeobject_metadata)"}
}

// checkObjectRows refuses what $rows cannot say of large objects, and notes what
// it leaves behind or carries along.
func (s *staged) checkObjectRows(plan *anonymize.Plan) error {
	rule := plan.Selection(s.Name(), objectsGroup)
	if rule.Preserve || rule.Close {
		return &report.Refusal{Code: report.Usage, What: "select rows", Why: "large objects of the old twin cannot be preserved, nor brought along by reference",
			Lines: []string{rule.Line(rule.Pos) + ": $rows of " + objectsGroup}, Hint: `leave preserve and close out; a condition selects them by number: "loid IN (SELECT scan FROM public.documents WHERE …)"`}
	}
	all := rule.Rows == (ruleset.Rows{}) && len(s.r.cat.objects) > 0
	for _, l := range s.rows.limits {
		column := ""
		for _, c := range l.group.columns {
			if base, _, _ := s.r.cat.types.base(c.typ, c.mod); base == oidOID && column == "" {
				column = c.name
			}
		}
		switch {
		case column == "":
		case l.rule.Preserve:
			s.rows.say(l.group.name, "large objects of the old twin are not preserved, and column "+column+" of rows that are may refer to one")
		case all && l.some():
			s.rows.say(l.group.name, "large objects that only rows which are left out refer to are copied too: give "+objectsGroup+" a $rows of its own to leave them out")
		}
	}
	return nil
}

// objectNumbers lists the large objects of a range that are copied.
func (s *staged) objectNumbers(ctx context.Context, d door, o objectRange) (numbers []uint32, err error) {
	g := objectsRows()
	sql := `SELECT coalesce(array_agg(loid), '{}') FROM ` + g.from() + g.alias() + ` WHERE loid BETWEEN $1 AND $2`
	var also []*table
	if l := s.rows.objects; l.sql != "" {
		also, sql = l.also, fmt.Sprintf(`%s AND (%s)`, sql, l.sql)
	}
	err = s.r.overSelection(ctx, d, s.rows.objects.sql, also, func() error { return d.row(ctx, sql, []any{o.first, o.last}, &numbers) })
	return numbers, err
}
