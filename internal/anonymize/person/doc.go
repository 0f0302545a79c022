// Package person knows who the people of a tenant are and what each of them
// is called in the copy.
//
// A person is the unit of identity: rows of several sources that belong to
// one human are joined into one Person, and everything generated for her is
// derived from her canonical id under a key that only this tenant's origin
// has. The Index is built once, before the copy, and then shared read-only.
//
// Values of the source are held here in memory, since they must be found in
// free text and in the copy; nothing in this package prints one.
package person
