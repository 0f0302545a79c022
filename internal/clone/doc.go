// Package clone is the run: the one function that takes a tenant from source
// to twin, and the contract that every store's adapter fulfils for it.
//
// It names no store. A Reader opens one store of the source; Into turns it,
// given a proved destination, into a Staged. Run drives all of them through
// survey, people, plan, prepare, copy, seal, hooks, verify, switch and record,
// and it alone decides when each may begin.
package clone
