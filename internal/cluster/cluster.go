package cluster

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

// requestTimeout bounds one request that is not a watch or a stream.
const requestTimeout = 15 * time.Second

// Cluster is a cluster whose identity has been checked.
type Cluster struct {
	client  kubernetes.Interface
	at      Address
	uid     string
	located located
}

// Open reaches the cluster of an address and checks that it is the one that
// is meant: a wrong one is report.Unsafe.
func Open(ctx context.Context, access Access, at Address, door Door) (*Cluster, error) {
	way, err := access.locate(at)
	if err != nil {
		return nil, err
	}
	way.config.UserAgent, way.config.QPS = access.Agent, -1 // the server knows best how fast it may be asked
	switch door {
	case Read:
		way.config.Wrap(func(next http.RoundTripper) http.RoundTripper { return readDoor{next} })
	case Ask:
		way.config.Wrap(func(next http.RoundTripper) http.RoundTripper { return askDoor{next} })
	}
	client, err := kubernetes.NewForConfig(way.config)
	if err != nil {
		return nil, refusal(report.Usage, "reach the cluster of environment "+at.Environment, "its entry in the kubeconfig is not valid", "look at it with kubectl config view")
	}
	c := &Cluster{client: client, at: at, located: way}
	return c, c.identify(ctx)
}

// identify reads the UID of kube-system, the one name that every cluster has
// and no two share.
func (c *Cluster) identify(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	system, err := c.client.CoreV1().Namespaces().Get(ctx, metav1.NamespaceSystem, metav1.GetOptions{})
	if err != nil {
		return c.Failed("get namespace kube-system", err)
	}
	c.uid = string(system.UID)
	if c.at.UID != "" && c.at.UID != c.uid {
		return refusal(report.Unsafe, "reach the cluster of environment "+c.at.Environment, "what answers at "+c.way()+" is another cluster: its kube-system has another UID",
			"name the right context or server; if the cluster was made anew, change kubernetes.uid in tenantcopy.yaml")
	}
	return nil
}

// way says in words how the cluster was reached.
func (c *Cluster) way() string {
	if c.located.context == "" {
		return "the pod's own API server"
	}
	return "context " + c.located.context
}

// Client speaks to the API server.
func (c *Cluster) Client() kubernetes.Interface { return c.client }

// UID is that of the kube-system namespace.
func (c *Cluster) UID() string { return c.uid }

// Context is the kubeconfig's context that was checked; empty in a pod.
func (c *Cluster) Context() string { return c.located.context }

// Kubeconfig is the file, or the list of files, that was checked; empty in a
// pod.
func (c *Cluster) Kubeconfig() string { return c.located.kubeconfig }

// Failed turns what the API server or the way to it said into an error with a
// class. op is a verb and a noun, as in "scale deployment acme/api": server
// messages are not passed on, since they can quote objects.
func (c *Cluster) Failed(op string, err error) error {
	if _, ok := errors.AsType[*report.Refusal](err); ok {
		return err
	}
	out := &report.Error{Op: fmt.Sprintf("cluster of environment %s: %s", c.at.Environment, op)}
	policy := refusedBy(err)
	switch {
	case policy != "":
		refuse(out, policy)
	case apierrors.IsUnauthorized(err):
		out.Code, out.Err, out.Hint = report.Denied, errors.New("the credential is not accepted, or has expired"), "log in again, as with az login and kubelogin"
	case apierrors.IsForbidden(err):
		deny(out, err)
	case apierrors.IsNotFound(err):
		out.Code, out.Err = report.NotFound, errors.New("it does not exist")
	case apierrors.IsConflict(err), apierrors.IsTooManyRequests(err), apierrors.IsServerTimeout(err), apierrors.IsTimeout(err), apierrors.IsInternalError(err), apierrors.IsServiceUnavailable(err):
		out.Code, out.Err = report.Transient, fmt.Errorf("the API server answered %s", apierrors.ReasonForError(err))
	default:
		out.Code, out.Err = unanswered(err)
	}
	return out
}

// unanswered reduces an error that did not come from the API server.
func unanswered(err error) (report.Code, error) {
	var status apierrors.APIStatus
	if errors.As(err, &status) {
		return report.Failed, fmt.Errorf("the API server answered %s", status.Status().Reason)
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return report.Transient, errors.New("no answer in time")
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		return report.Transient, fmt.Errorf("host %s is not known", dns.Name)
	}
	if _, ok := errors.AsType[*net.OpError](err); ok {
		return report.Transient, errors.New("no connection")
	}
	return report.Transient, errors.New("the request failed") // an exec plugin's output may hold a token
}
