// Package search copies the indexes of a tenant in Elasticsearch: point in time, byte-level rewriting, own bulk writer, alias switch.
//
// It reads through one read-only door, writes only in sink.go, and writes only
// what is anonymize.Clean into what is guard.Destination.
package search
