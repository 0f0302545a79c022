// Package postgres copies one tenant's PostgreSQL database into the twin
// beside it.
//
// One exported snapshot holds for everything: pg_dump carries the schema as of
// it, every part of a table is read in a short transaction that imports it.
// A part travels as binary COPY: the destination's COPY pulls, our reader
// receives the source's next tuple, the walker cuts it into kept spans and
// ruled values, the Anonymizer makes them Clean, the sink frames them again.
// No goroutine, no channel, no decoded row lies between.
//
// The copy grows in a database "<twin>__new" and goes live by two renames in
// one transaction. A schema of ours in it ("tenantcopy__staging") holds the
// journal of parts, which makes a repeated part harmless, and the control of
// the proof; it is gone before the copy is live.
//
// The source is read through door alone, records are written by sink.go alone,
// and only as anonymize.Clean into what is guard.Destination.
package postgres
