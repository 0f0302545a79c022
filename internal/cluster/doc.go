// Package cluster is one Kubernetes cluster, known by its identity and not by
// its name: an API server and the UID of its kube-system namespace. Names of
// contexts are personal, and the current context is never used.
//
// What comes in is an Address from the configuration and an Access from the
// environment of the process; what goes out is a Cluster, whose identity has
// been checked, or a report.Refusal. A Cluster opened to be read sends GET
// alone.
package cluster
