// Package job is the run as a Kubernetes Job: the objects that describe it,
// the few requests that start, follow and cancel it, and what its pod does
// beside the run: the Lease, the Job's events, the last word.
//
// The API server refuses a second Job of a name, the Lease refuses a second
// pod, and the twin's own lock refuses a second run from wherever: a Job is
// known to be started twice on occasion.
package job
