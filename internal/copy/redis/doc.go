// Package redis copies the keys of a tenant under their prefix: SCAN, then
// DUMP and RESTORE for keys that no rule touches and typed commands for the
// others, under staged names that a switch renames.
//
// It reads through one read-only door, writes only in sink.go, and writes only
// what is anonymize.Clean into what is guard.Destination. The files that only
// this store has:
//
//	link.go     one server: address, client, connections
//	door.go     the list of commands that a source is asked
//	names.go    staged names, the marker's and the lock's, glob escapes
//	record.go   the names record: what was staged, by whom, until when
//	value.go    typed reads in bounded pages; stream.go the same for streams
//	carry.go    one key's way from a reply through the Anonymizer to the sink
//	errors.go   server errors reduced to codes
//
// A staged copy consists of the staged keys and the names record, hashes that
// list the live name of each. A name is claimed there before its key is
// written, so that a key which SCAN returns twice is written once, two keys
// that would become one are noticed, and a switch knows in any process what
// was staged. The record also keeps the pattern that ruled each key, which is
// the group that copy and proof count it in.
package redis
