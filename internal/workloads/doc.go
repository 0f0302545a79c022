// Package workloads stops what uses a tenant while its twin is replaced, and
// gives it back exactly as it was.
//
// What comes in is a cluster that may be written and a Selection; what it did
// stands in a ConfigMap beside the workloads before anything is scaled, so
// that a run that is killed loses no number of replicas, and a second stop
// overwrites none.
package workloads
