// Package document reads the formats in which an object's body holds text, and
// rewrites what a Finder finds in it: CSV, JSON, mail, calendars, cards, XML,
// HTML and plain text, one file each.
//
// A format is undone as far as a person may be hidden by it, and what is
// replaced is written back in the same format. Every other byte stays. A body
// that breaks its format is an error, never passed on half read. The functions
// hold no state, and no error holds a value.
package document
