// Package blob copies an Azure Blob container or S3 bucket: sharded listing, objects replaced in place, removal of extraneous ones last.
//
// It reads through one read-only door, writes only in sink.go, and writes only
// what is anonymize.Clean into what is guard.Destination.
package blob
