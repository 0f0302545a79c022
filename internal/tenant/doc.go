// Package tenant holds the words for whom we copy: a tenant's reference, its
// stores and where they are, the catalogue read from tenantcopy.yaml, and the
// Secret type that never prints what it holds.
//
// It reads no environment and opens no connection; cmd hands it the bytes of
// the file and a way to look secrets up.
package tenant
