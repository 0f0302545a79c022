package person

import "errors"

// Names is one version of the name tables.
type Names struct{}

// NamesVersion returns the tables of a version.
func NamesVersion(version string) (*Names, error) { return nil, errors.New("find name tables: none") }

// Given returns a given name.
func (n *Names) Given(locale string, draw uint64) string { return "" }

// Family returns an invented surname.
func (n *Names) Family(locale string, draw uint64) string { return "" }

// FamilySize returns the number of surnames.
func (n *Names) FamilySize(locale string) int { return 0 }
