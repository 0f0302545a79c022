// Package report holds the words in which a run speaks: events and tallies
// while it goes, refusals and errors when it stops, the manifest when it ends.
//
// None of them can carry a value of the source: they name places (store,
// table, path, chunk), numbers and keyed hashes.
package report
