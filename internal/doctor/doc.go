// Package doctor looks whether everything that a copy needs is there, from
// where it runs, and writes nothing.
//
// What is looked at stands in one table, Table, which the documentation is made
// from. An Examination makes the checks of one thing (a store of one side, a
// cluster) one after another, through one session; examinations run side by
// side, and none of them hides another. What could not be told is said to be
// so. The adapters give facts, this package judges them.
package doctor
