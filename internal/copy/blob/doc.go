// Package blob copies a container of Azure Blob Storage or a bucket of S3.
//
// Blobs are too large to stage twice. An object is replaced in one step by
// the pseudonymised form of the same object, new ones are added, and nothing
// is removed before the switch, so the old twin keeps working. Names,
// metadata and bodies pass the proof's search before an upload is committed.
//
// The two listings are joined as they come, so memory does not grow with the
// names; what neither side matches is settled by hashes in seal.go. Names
// under .tenantcopy/ are ours on both sides: marker, lock, control and the
// lists of what the switch removes.
//
// The source is read through one door that lets GET and HEAD pass. Records
// are written in sink.go alone, and only from what is anonymize.Clean.
package blob
