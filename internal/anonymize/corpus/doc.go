// Package corpus makes people and texts that mention them, for tests: who is
// mentioned where is known, so that what finds people can be measured. The
// same number gives the same people and texts on every machine.
//
// Names are composed from parts that are usual in each language; nobody real
// is meant. Nothing but tests imports this package.
package corpus
