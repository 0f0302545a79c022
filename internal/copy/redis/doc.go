// Package redis copies the keys of a tenant under their prefix: SCAN, DUMP and RESTORE or typed commands, staged names, rename.
//
// It reads through one read-only door, writes only in sink.go, and writes only
// what is anonymize.Clean into what is guard.Destination.
package redis
