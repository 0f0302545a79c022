// Package filler invents what identifies nobody but must not stay as it is:
// addresses, names of companies, titles of jobs. What it writes has the form of
// what was there, part by part: the words that a language has for a street, a
// legal form or a rank stay, and each name and number between them is another
// one.
//
// It hangs on the value alone, never on whose value it is, so that a value is
// the same wherever it stands; and a part of a value is the same there as in a
// column of its own. The tables are versioned with those of names; a released
// version never changes.
package filler
