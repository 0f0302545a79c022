package anonymize

// Demands are what a store's schema asks of several values at once, after
// they are rewritten. What a rule cannot promise is refused by Compile.
// Stores without such promises leave all of it empty.
type Demands struct {
	Uniques []Unique
	Links   []Link
	Routes  []Route
}

// Add appends the demands of another store.
func (d *Demands) Add(other Demands) {
	d.Uniques = append(d.Uniques, other.Uniques...)
	d.Links = append(d.Links, other.Links...)
	d.Routes = append(d.Routes, other.Routes...)
}

// Unique is a key that no two rows of a table share: a primary key, a unique
// index or constraint, an exclusion constraint.
type Unique struct {
	Store, Group string
	Name         string   // of the index or constraint
	Columns      []string // compared as they stand, or by an expression that Respelled knows
	Loose        []string // columns that another expression, or an operator other than equality, looks at
	Where        []string // columns that decide whether a row takes part (a partial index)
	WhereNull    []string // columns of which only the NULLs decide that
	Primary      bool     // the primary key of the whole table
	Part         bool     // one partition's own, which the others do not share
	OneNull      bool     // NULLs are equal to each other
}

// Link is a foreign key: the values of Columns are found among those of ToColumns.
type Link struct {
	Store              string
	Name               string
	Group, ToGroup     string
	Columns, ToColumns []string
}

// Route is a partitioned table, or a partition that is partitioned again,
// that takes no row but those of its partitions' bounds.
type Route struct {
	Store, Group string   // Group is the root
	Name         string   // of what is partitioned
	Keys         []string // the columns that its key looks at
	Above        []string // those that the keys above it look at
	Exact        bool     // Keys are the key: no expression is in it
}
