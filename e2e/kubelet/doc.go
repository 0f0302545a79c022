// Package kubelet stands in for a node of a Kubernetes cluster in tests. It
// registers one Node, takes every pod of one namespace that waits for a node,
// and runs the pod's containers as processes of this machine, so that a Job
// of the real API server and the real controllers ends as its processes do.
//
// It does what a kubelet does in the eyes of the API: environment from
// Secrets and ConfigMaps, volumes, states and conditions, exit codes,
// termination messages, logs, restarts, and a pod's end with its grace
// period. It isolates nothing: a pod's processes see this machine's files, and
// what would be mounted at /etc/app lies in etc/app of the pod's folder, which
// Images hands to them. A process is not the first of its namespace, so that
// SIGTERM ends one that does not handle it (code 143), where in a container
// the kernel would not deliver it. A pod whose containers are changed while
// they run ends the node, and so the test: nothing here would follow.
package kubelet
