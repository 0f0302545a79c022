//go:build race

package postgres

// raceFactor is how much more memory a process takes under the race detector,
// which keeps the history of every word beside it.
const raceFactor = 4
