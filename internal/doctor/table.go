package doctor

import (
	"slices"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

// Row is one kind of check: its name in the output, what it is made of, the
// class of the exit code when it fails and the error itself has none, and what
// it looks at. Class is empty where it only warns.
type Row struct {
	Check string
	Of    string
	Class report.Code
	Looks string
}

// What checks are made of.
const (
	ofHere        = "here"
	ofSource      = "a store of the source"
	ofDestination = "a store of the twin"
	ofPair        = "the pair"
	ofCluster     = "a cluster"
	ofService     = "the service"
)

// The checks.
const (
	Configuration = "configuration"
	Rules         = "rules"
	Key           = "key"
	Programs      = "programs"
	Tilt          = "tilt"
	Direction     = "direction"
	Reach         = "reach"
	Exists        = "exists"
	Version       = "version"
	Sessions      = "sessions"
	Rights        = "rights"
	TooMany       = "too many rights"
	Clock         = "clock"
	Size          = "size"
	Space         = "space"
	Marker        = "marker"
	Lock          = "lock"
	Places        = "two places"
	Identity      = "identity"
	Workloads     = "workloads"
	Hosts         = "hosts"
	Lease         = "lease"
	Allowed       = "allowed"
)

// Table lists every check, in the order of the output.
func Table() []Row {
	return []Row{
		{Configuration, ofHere, report.Usage, "tenantcopy.yaml is found, read and valid"},
		{Rules, ofHere, report.Usage, "the rules file, and schema.lock beside it, are read and valid"},
		{Key, ofHere, report.Usage, "the root key is there and long enough; its fingerprint is that of the twins' markers"},
		{Tilt, ofHere, "", "Tilt is there; its version"},
		{Direction, ofPair, report.Unsafe, "the environments allow a copy in this direction"},
		{Places, ofPair, report.Unsafe, "no store of the twin is the same place as one of the source, by the same proofs as before a copy: identifiers, and a random lock seen from both sides"},
		{Space, ofPair, report.Full, "what the source holds fits beside the twin that is there: limits.postgres.disk, maxmemory of Redis, watermarks of the search cluster"},
		{Programs, ofPair, report.Incompatible, "pg_dump and pg_restore are there, and fit both servers"},
		{Reach, ofSource, report.Transient, "the server answers and takes the credential, and after how long"},
		{Exists, ofSource, report.NotFound, "the database, container, indexes or keys are there"},
		{Version, ofSource, report.Incompatible, "the server's version is one that can be copied from"},
		{Sessions, ofSource, report.Incompatible, "PostgreSQL: a session lasts; a pooler that lends them by the transaction cannot be copied from"},
		{Rights, ofSource, report.Denied, "the identity may read everything; what it may not, with the statement that grants it"},
		{TooMany, ofSource, "", "the identity may not write; no session of tenantcopy does, whatever it may"},
		{Clock, ofSource, "", "the server's clock and this machine's differ by at most 30 s: tokens and signatures depend on it"},
		{Size, ofSource, "", "how much there is to copy, where the server tells"},
		{Reach, ofDestination, report.Transient, "as at the source"},
		{Exists, ofDestination, "", "there is a twin already, or the first copy makes it"},
		{Version, ofDestination, report.Incompatible, "the server's version is one that can be copied to"},
		{Rights, ofDestination, report.Denied, "the identity may make, fill and switch the twin"},
		{TooMany, ofDestination, "", "the identity is no superuser of the server"},
		{Clock, ofDestination, "", "as at the source"},
		{Marker, ofDestination, report.Unsafe, "whose twin it is, of which run, how old, and who works on it; whether a copy needs --confirm"},
		{Lock, ofDestination, "", "no run holds it"},
		{Reach, ofCluster, report.Transient, "the API server answers and takes the credential"},
		{Identity, ofCluster, report.Unsafe, "it is the cluster that is meant: its kube-system has the UID that tenantcopy.yaml pins"},
		{Version, ofCluster, report.Incompatible, "Kubernetes is 1.31 or newer, where Jobs run"},
		{Rights, ofCluster, report.Denied, "what a copy, a Job, the service or Tilt needs there: verb, resource and namespace of what is missing"},
		{TooMany, ofCluster, "", "it may not read Secrets it has no need of, change the source's workloads, or make pods where the credentials are"},
		{Workloads, ofCluster, "", "what would start the twin's workloads again in the middle of a copy: autoscalers, KEDA, Argo CD, Flux"},
		{Hosts, ofCluster, "", "no Ingress of another namespace has a host of the twin's"},
		{Lease, ofCluster, "", "no Job holds the twin's Lease"},
		{Reach, ofService, report.Transient, "the service of runs-in answers; its version"},
		{Allowed, ofService, report.Denied, "it lets you copy into this twin"},
	}
}

// classOf is the class of a check that failed without one.
func classOf(check string) report.Code {
	rows := Table()
	if i := slices.IndexFunc(rows, func(r Row) bool { return r.Check == check && r.Class != "" }); i >= 0 {
		return rows[i].Class
	}
	return report.Failed
}
