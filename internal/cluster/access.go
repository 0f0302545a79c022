package cluster

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

// Access is how this process reaches clusters.
type Access struct {
	Kubeconfig string // one path or several, separated as in KUBECONFIG; empty where there is none
	InPod      bool   // the process runs in a pod: its own cluster may be meant
	Agent      string // sent with each request, so that an audit log shows whose run it was
}

// Address says which cluster an environment means.
type Address struct {
	Environment string // for messages
	Context     string // entry of a kubeconfig
	Server      string // URL of the API server; finds the context, whatever its name
	UID         string // of the kube-system namespace; pins the cluster
	Own         bool   // in a pod, its own cluster is meant, whichever it is
}

// Door says what may be sent.
type Door int

// The doors of a cluster.
const (
	Read  Door = iota // GET alone
	Ask               // GET, and what one may do oneself
	Write             // everything that the identity may do
)

// located is a way to a cluster that has not been checked yet.
type located struct {
	config     *rest.Config
	context    string // "" in a pod's own cluster
	kubeconfig string // paths, as Access has them; "" in a pod
}

// locate finds the way to a cluster: by its server where that is given, else
// by the context's name; a pod without a kubeconfig knows its own cluster only.
func (a Access) locate(at Address) (located, error) {
	what := "reach the cluster of environment " + at.Environment
	if at.Context == "" && at.Server == "" && at.UID == "" && !(at.Own && a.InPod) {
		return located{}, refusal(report.Usage, what, "tenantcopy.yaml names no cluster for it", "add kubernetes: {context: …} or {server: …}; the current context is never used")
	}
	if a.Kubeconfig == "" || a.InPod && at.Context == "" && at.Server == "" {
		return a.inPod(at, what)
	}
	if at.Context == "" && at.Server == "" {
		return located{}, refusal(report.Usage, what, "tenantcopy.yaml gives its uid alone, by which only a pod knows its own cluster", "add context: or server: beside uid:")
	}
	rules := &clientcmd.ClientConfigLoadingRules{Precedence: filepath.SplitList(a.Kubeconfig)}
	if err := readable(rules.Precedence); err != nil {
		return located{}, refusal(report.Usage, what, err.Error(), "set TENANTCOPY_KUBECONFIG to the kubeconfig that has its context")
	}
	file, err := rules.Load()
	if err != nil { // the loader's message can quote the file, which holds credentials
		return located{}, refusal(report.Usage, what, "the kubeconfig cannot be read: it is not valid", "look at it with kubectl config view")
	}
	name, err := choose(file, at, what)
	if err != nil {
		return located{}, err
	}
	config, err := clientcmd.NewNonInteractiveClientConfig(*file, name, &clientcmd.ConfigOverrides{CurrentContext: name}, rules).ClientConfig()
	if err != nil {
		return located{}, refusal(report.Usage, what, "context "+name+" of the kubeconfig is incomplete", "look at it with kubectl config view --context "+name)
	}
	return located{config: config, context: name, kubeconfig: a.Kubeconfig}, nil
}

// inPod is the way to the pod's own cluster. Only its UID can say that it is
// the one that is meant, unless any would be.
func (a Access) inPod(at Address, what string) (located, error) {
	if !a.InPod {
		return located{}, refusal(report.Usage, what, "there is no kubeconfig", "set TENANTCOPY_KUBECONFIG to the file that has its context")
	}
	if at.UID == "" && !at.Own {
		return located{}, refusal(report.Unsafe, what, "a pod knows its own cluster alone, and nothing says that this one is meant",
			"pin it: kubernetes: {uid: …}, which kubectl get namespace kube-system -o jsonpath={.metadata.uid} prints")
	}
	config, err := rest.InClusterConfig()
	if err != nil {
		return located{}, refusal(report.Usage, what, "the pod has no service account token", "set automountServiceAccountToken: true for it")
	}
	return located{config: config}, nil
}

// readable says which file of a kubeconfig is not there; the loader would
// leave it out in silence.
func readable(files []string) error {
	for _, file := range files {
		if file == "" {
			continue
		}
		f, err := os.Open(file)
		if err != nil {
			if errors.Is(err, os.ErrNotExist) {
				return fmt.Errorf("the kubeconfig %s does not exist", file)
			}
			return fmt.Errorf("the kubeconfig %s cannot be read", file)
		}
		_ = f.Close() // opened to see that it can be
	}
	return nil
}

// choose returns the context that leads to the address: the named one where
// its server is the right one, else any other that has the server.
func choose(file *api.Config, at Address, what string) (string, error) {
	named, ok := file.Contexts[at.Context]
	if at.Server == "" {
		if !ok {
			return "", refusal(report.NotFound, what, fmt.Sprintf("the kubeconfig has no context %q", at.Context), "it has "+list(file)+"; add server: to tenantcopy.yaml, and any name will do")
		}
		return at.Context, nil
	}
	if ok && sameServer(serverOf(file, named), at.Server) {
		return at.Context, nil
	}
	for _, name := range contexts(file) {
		if sameServer(serverOf(file, file.Contexts[name]), at.Server) {
			return name, nil
		}
	}
	if ok {
		return "", refusal(report.Unsafe, what, "context "+at.Context+" leads to another API server than tenantcopy.yaml says", "name the right context, or get its credentials, as with az aks get-credentials")
	}
	return "", refusal(report.NotFound, what, "no context of the kubeconfig leads to the API server that tenantcopy.yaml says", "get its credentials, as with az aks get-credentials; the file has "+list(file))
}

func serverOf(file *api.Config, c *api.Context) string {
	if cluster := file.Clusters[c.Cluster]; cluster != nil {
		return cluster.Server
	}
	return ""
}

// sameServer compares two addresses of an API server by scheme, host, port
// and path.
func sameServer(a, b string) bool {
	normal := func(text string) string {
		u, err := url.Parse(text)
		if err != nil || u.Host == "" {
			return ""
		}
		port := u.Port()
		if port == "" {
			port = map[string]string{"http": "80"}[u.Scheme]
			if port == "" {
				port = "443"
			}
		}
		return strings.ToLower(u.Scheme+"://"+u.Hostname()) + ":" + port + strings.TrimRight(u.Path, "/")
	}
	return normal(a) != "" && normal(a) == normal(b)
}

func contexts(file *api.Config) []string {
	var names []string
	for name := range file.Contexts {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// list names the contexts of a file, for a hint.
func list(file *api.Config) string {
	switch names := contexts(file); {
	case len(names) == 0:
		return "none"
	case len(names) > 8:
		return fmt.Sprintf("%d contexts", len(names))
	default:
		return strings.Join(names, ", ")
	}
}

// readDoor lets GET through and nothing else.
type readDoor struct{ next http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (d readDoor) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method != http.MethodGet {
		return nil, refusal(report.Unsafe, "send "+r.Method+" to a cluster that is read alone", "the source is never written", "")
	}
	return d.next.RoundTrip(r)
}

func refusal(code report.Code, what, why, hint string) error {
	return &report.Refusal{Code: code, What: what, Why: why, Hint: hint}
}
