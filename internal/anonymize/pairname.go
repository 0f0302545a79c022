package anonymize

// This room is applyName for most strangers: a given name and a surname of
// simple letters, and nothing else in the value. One look at them has told that
// no title, no sign and no second name stands there, so that all that
// renameStranger asks is left out. It says the same, which a test holds.

// renamePair is renameStranger for the value that a.two holds.
func (a *Anonymizer) renamePair(dst, v, trimmed []byte) []byte {
	c := casingOf(trimmed)
	lead, tail := blanks(v)
	given := a.drawFrom(a.plan.latin, a.two.Folded(), trimmed[:a.two.Gap])
	dst = append(appendCased(append(dst, lead...), c, given), ' ')
	return append(appendCased(dst, c, a.path), tail...)
}
