// Package postgres copies a PostgreSQL database: exported snapshot, binary COPY through the tuple walker, staged database, rename.
//
// It reads through one read-only door, writes only in sink.go, and writes only
// what is anonymize.Clean into what is guard.Destination.
package postgres
