package ruleset

// What becomes of a foreign key that rows of the source break already.
const (
	OrphansReport = "report" // it stays, not validated, and the rows are counted in the report
	OrphansRefuse = "refuse" // the run ends
)

// orphansOption is the option that says so; empty where there are no keys.
func orphansOption(kind string) string {
	if kind == "postgres" {
		return "$orphans"
	}
	return ""
}

// orphans reads $orphans of a table or a store.
func (p *reader) orphans(o pair) string {
	word, ok := p.scalar(o)
	if ok && word != OrphansReport && word != OrphansRefuse {
		p.add(o.value.pos, hintOf(word, []string{OrphansReport, OrphansRefuse}), "$orphans: %q is not known", word)
	}
	return word
}

// OrphansOf returns what the rules say about a table of a store: its group's
// word, else the store's, else OrphansReport.
func (r *Rules) OrphansOf(g *Group, store string) string {
	if g != nil && g.Options.Orphans != "" {
		return g.Options.Orphans
	}
	for _, s := range r.Stores {
		if s.Orphans != "" && (s.Name == store || s.Name == kindOf(store)) {
			return s.Orphans
		}
	}
	return OrphansReport
}
