// Package launch starts what comes after a good copy: Tilt on the twin.
package launch

import (
	"errors"
	"fmt"
	"hash/fnv"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
)

// Tilt is one start of Tilt on a twin.
type Tilt struct {
	Context    string // Kubernetes context; never the current one
	Namespace  string
	Tenant     string   // handed to the Tiltfile as --tenant-name
	Cluster    string   // identity of the cluster that was checked, for the guard of the Tiltfile
	Kubeconfig string   // the file, or list of files, that was checked, handed on as KUBECONFIG
	Args       []string // for the Tiltfile, after --tenant-name
}

// What the guard of tilt/tenantcopy reads.
const (
	clusterVariable = "TENANTCOPY_CLUSTER_UID"
	tenantVariable  = "TENANTCOPY_TENANT"

	// Tilt gives the commands of a Tiltfile a kubeconfig with its own context
	// only; a tenantcopy among them needs the source's cluster too.
	kubeconfigVariable = "TENANTCOPY_KUBECONFIG"
)

// Ports that tenants get; Tilt's own default, 10350, is not among them.
const (
	firstPort = 10400
	portCount = 4000
)

// Port returns the port of Tilt's web page, always the same for a tenant.
func (t Tilt) Port() int {
	h := fnv.New32a()
	h.Write([]byte(t.Context + "/" + t.Namespace + "/" + t.Tenant))
	return firstPort + int(h.Sum32()%portCount)
}

// Argv returns the command line, program first.
func (t Tilt) Argv() []string {
	argv := []string{"tilt", "up", "--context", t.Context, "--namespace", t.Namespace, "--port", strconv.Itoa(t.Port()), "--", "--tenant-name", t.Tenant}
	return append(argv, t.Args...)
}

// Exec replaces this process by Tilt, with env as its environment, and
// returns only when that is not possible. Tilt starts with default signal
// dispositions: a shell starts background jobs with SIGINT ignored, which
// would outlive an exec; a signal that is being caught does not.
func (t Tilt) Exec(env []string) error {
	for _, name := range []string{t.Context, t.Namespace, t.Tenant, t.Cluster, t.Kubeconfig} {
		if name == "" || strings.HasPrefix(name, "-") { // an empty context would be the current one
			return errors.New("context, namespace, tenant, cluster and kubeconfig must be named, and none may begin with a hyphen")
		}
	}
	path, err := exec.LookPath("tilt")
	if err != nil {
		return errors.New("tilt is not on the PATH")
	}
	caught := make(chan os.Signal, 1)
	signal.Notify(caught, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT)
	for _, v := range []struct{ name, value string }{
		{"KUBECONFIG", t.Kubeconfig}, {kubeconfigVariable, t.Kubeconfig}, {clusterVariable, t.Cluster}, {tenantVariable, t.Tenant},
	} {
		env = setenv(env, v.name, v.value)
	}
	err = syscall.Exec(path, t.Argv(), env)
	signal.Stop(caught)
	return fmt.Errorf("replace the process: %w", err)
}

// setenv returns env with one variable set.
func setenv(env []string, name, value string) []string {
	var out []string
	for _, entry := range env {
		if !strings.HasPrefix(entry, name+"=") {
			out = append(out, entry)
		}
	}
	return append(out, name+"="+value)
}
