// Package search copies the indexes of a tenant in Elasticsearch: point in
// time, byte-level rewriting, own bulk writer, alias switch.
//
// It reads through one read-only door, writes records only in sink.go, and
// writes only what is anonymize.Clean into what is guard.Destination.
//
// A tenant's indexes are those whose name, or one of whose aliases, starts
// with the tenant's prefix. What the rules see is the logical name, the
// prefix left off. The copy of an index is called tenantcopy-<run>-<n> for
// good; the tenant's names are aliases on it, all of which one request moves
// from the old copy to the new one. What that request needs is kept in each
// staged index's mapping (_meta.tenantcopy), so that any process can finish
// a switch.
//
// Needed at the source: cluster privilege monitor; index privileges read,
// view_index_metadata and monitor on <prefix>*. At the destination: cluster
// privilege monitor; index privilege all on <prefix>* and tenantcopy-*.
package search
