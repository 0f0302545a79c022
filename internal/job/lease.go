package job

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	client "k8s.io/client-go/kubernetes/typed/coordination/v1"

	"github.com/tenantcopy/tenantcopy/internal/cluster"
	"github.com/tenantcopy/tenantcopy/internal/parallel"
	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// Times of a Lease. A holder that has shown no sign of life for Lasts counts
// as dead to whoever watches; the holder itself gives up one Renews before.
const (
	Lasts  = 40 * time.Second
	Renews = 5 * time.Second
)

// Annotations of a Lease: who holds it, for people, and how many attempts in a
// row ended without giving it back.
const (
	annotationRun     = "tenantcopy/run"
	annotationUnended = "tenantcopy/attempts-without-end"
)

// ErrLost is in the tree of an error that says that the Lease is lost: another
// pod may hold it by now.
var ErrLost = errors.New("the Lease is lost")

// Claim is what a pod asks a Lease for.
type Claim struct {
	Namespace   string
	Destination tenant.Ref
	Holder      string // the pod's name
	User, Run   string // for people
	Clock       func() time.Time
	Lasts       time.Duration
	Renews      time.Duration
}

// Lease is a Lease that this process holds.
type Lease struct {
	claim   Claim
	cluster *cluster.Cluster
	unended int

	mu      sync.Mutex
	object  *coordinationv1.Lease // as last written
	renewed time.Time             // when the last renewal that succeeded was sent
	lost    error                 // for good
}

// Take waits until it holds the twin's Lease, or until it has seen that its
// holder lives: that is report.Locked. A holder is alive if its Lease changes
// and dead if it does not for as long as it lasts, by our own clock, whatever
// the time that is written there: clocks of nodes differ.
func Take(ctx context.Context, c *cluster.Cluster, claim Claim) (*Lease, error) {
	l := &Lease{claim: claim, cluster: c}
	var seen string
	var since time.Time
	for {
		found, err := l.get(ctx)
		switch {
		case apierrors.IsNotFound(err):
			err = l.write(ctx, l.mine(nil))
		case err != nil:
		case holderOf(found) == "":
			err = l.write(ctx, l.mine(found))
		case found.ResourceVersion != seen && seen != "":
			return nil, l.locked(found)
		case found.ResourceVersion != seen:
			seen, since = found.ResourceVersion, claim.Clock()
		case claim.Clock().Sub(since) >= lasts(found):
			err = l.write(ctx, l.mine(found))
		}
		switch {
		case err != nil && !apierrors.IsConflict(err) && !apierrors.IsAlreadyExists(err):
			return nil, c.Failed("take lease "+l.place(), err)
		case err == nil && l.object != nil:
			return l, nil
		case err == nil:
			err = parallel.Sleep(ctx, min(claim.Renews/2, time.Second))
		default:
			err = ctx.Err() // somebody was faster: look again at once
		}
		if err != nil {
			return nil, context.Cause(ctx)
		}
	}
}

// Holder says which pod holds a twin's Lease, for whom, and when it last showed a
// sign of life; "" where none does. It only reads.
func Holder(ctx context.Context, c *cluster.Cluster, namespace string, dst tenant.Ref) (who string, renewed time.Time, err error) {
	found, err := c.Client().CoordinationV1().Leases(namespace).Get(ctx, Name(dst), metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return "", renewed, nil
	}
	if err != nil {
		return "", renewed, c.Failed("get lease "+namespace+"/"+Name(dst), err)
	}
	if found.Spec.RenewTime != nil {
		renewed = found.Spec.RenewTime.Time
	}
	if holder := holderOf(found); holder != "" {
		who = fmt.Sprintf("pod %s, for run %s of %s", holder, found.Annotations[annotationRun], found.Annotations[AnnotationUser])
	}
	return who, renewed, nil
}

// Unended says how many attempts in a row before this one ended without giving
// the Lease back: killed, for want of memory most likely.
func (l *Lease) Unended() int { return l.unended }

// Keep renews the Lease until ctx ends, and returns an error as soon as it is
// lost.
func (l *Lease) Keep(ctx context.Context) error { return parallel.Every(ctx, l.claim.Renews, l.renew) }

// Fence is asked before each part of the work: it refuses as soon as the last
// renewal is too long ago for the Lease to be ours, whatever has kept this
// process from renewing it. What was lost once stays lost.
func (l *Lease) Fence(ctx context.Context) error {
	l.mu.Lock()
	lost, age := l.lost, l.claim.Clock().Sub(l.renewed)
	l.mu.Unlock()
	if lost != nil || age < l.claim.Lasts-l.claim.Renews {
		return lost
	}
	return l.lose(ctx)
}

// renew shows that the holder lives. While the API server does not answer,
// the Lease is ours until it has run out.
func (l *Lease) renew(ctx context.Context) error {
	if err := l.Fence(ctx); err != nil {
		return err
	}
	err := l.write(ctx, l.object.DeepCopy())
	if apierrors.IsConflict(err) { // written by an earlier try that was not answered, or by somebody else
		found, failed := l.get(ctx)
		if failed != nil {
			return nil
		}
		if holderOf(found) != l.claim.Holder {
			return l.lose(ctx)
		}
		err = l.write(ctx, found)
	}
	if apierrors.IsNotFound(err) {
		return l.lose(ctx)
	}
	return nil
}

// Release gives the Lease back: the farewell, which says that this attempt has
// ended by itself, for good or ill.
func (l *Lease) Release(ctx context.Context) error {
	if err := l.Fence(ctx); err != nil {
		return nil // it is not ours to give
	}
	given := l.object.DeepCopy()
	for range 2 {
		given.Spec.HolderIdentity = new("")
		delete(given.Annotations, annotationUnended)
		ctx, cancel := context.WithTimeout(ctx, l.claim.Renews)
		defer cancel()
		_, err := l.leases().Update(ctx, given, metav1.UpdateOptions{})
		if !apierrors.IsConflict(err) {
			return l.failed("give back lease "+l.place(), err)
		}
		if given, err = l.get(ctx); err != nil || holderOf(given) != l.claim.Holder {
			return l.failed("give back lease "+l.place(), err)
		}
	}
	return nil
}

func (l *Lease) failed(op string, err error) error {
	if err == nil {
		return nil
	}
	return l.cluster.Failed(op, err)
}

// lose says who holds the Lease now that it is not ours. Where it is another
// pod, the twin is locked; where nobody took it, another attempt may.
func (l *Lease) lose(ctx context.Context) error {
	found, err := l.get(ctx)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.lost != nil {
		return l.lost
	}
	out := &report.Error{Code: report.Transient, Op: "keep lease " + l.place(), Err: fmt.Errorf("%w: it was not renewed for %d s", ErrLost, int(l.claim.Clock().Sub(l.renewed).Seconds()))}
	if other := holderOf(found); err == nil && other != "" && other != l.claim.Holder {
		out.Code, out.Err = report.Locked, fmt.Errorf("%w: pod %s has taken it", ErrLost, other)
	}
	l.lost = out
	return out
}

// mine is the Lease with this pod as its holder; found is what is there.
func (l *Lease) mine(found *coordinationv1.Lease) *coordinationv1.Lease {
	now := metav1.NewMicroTime(l.claim.Clock())
	out := &coordinationv1.Lease{ObjectMeta: metav1.ObjectMeta{Name: Name(l.claim.Destination), Namespace: l.claim.Namespace}}
	turns := int32(0)
	l.unended = 0
	if found != nil {
		out = found.DeepCopy()
		if found.Spec.LeaseTransitions != nil {
			turns = *found.Spec.LeaseTransitions + 1
		}
		if holderOf(found) != "" {
			before, _ := strconv.Atoi(found.Annotations[annotationUnended]) // 0 where there is none
			l.unended = max(before, 0) + 1
		}
	}
	if out.Annotations == nil {
		out.Annotations = make(map[string]string)
	}
	out.Annotations[annotationRun], out.Annotations[AnnotationUser] = l.claim.Run, l.claim.User
	out.Annotations[AnnotationDestination] = l.claim.Destination.String()
	out.Annotations[annotationUnended] = strconv.Itoa(l.unended)
	out.Spec.HolderIdentity, out.Spec.AcquireTime, out.Spec.LeaseTransitions = new(l.claim.Holder), &now, &turns
	out.Spec.LeaseDurationSeconds = new(int32(max(l.claim.Lasts/time.Second, 1)))
	return out
}

// write sends the Lease, renewed, and remembers when it did.
func (l *Lease) write(ctx context.Context, lease *coordinationv1.Lease) error {
	sent := l.claim.Clock()
	lease.Spec.RenewTime = &metav1.MicroTime{Time: sent}
	ctx, cancel := context.WithTimeout(ctx, l.claim.Renews)
	defer cancel()
	var written *coordinationv1.Lease
	var err error
	if lease.ResourceVersion == "" {
		written, err = l.leases().Create(ctx, lease, metav1.CreateOptions{})
	} else {
		written, err = l.leases().Update(ctx, lease, metav1.UpdateOptions{})
	}
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.object, l.renewed = written, sent
	return nil
}

func (l *Lease) get(ctx context.Context) (*coordinationv1.Lease, error) {
	ctx, cancel := context.WithTimeout(ctx, l.claim.Renews)
	defer cancel()
	return l.leases().Get(ctx, Name(l.claim.Destination), metav1.GetOptions{})
}

func (l *Lease) leases() client.LeaseInterface {
	return l.cluster.Client().CoordinationV1().Leases(l.claim.Namespace)
}

func (l *Lease) place() string { return l.claim.Namespace + "/" + Name(l.claim.Destination) }

// locked says who holds the twin.
func (l *Lease) locked(found *coordinationv1.Lease) error {
	return &report.Refusal{
		Code: report.Locked, What: "copy into " + l.claim.Destination.String(),
		Why:  fmt.Sprintf("pod %s holds its Lease, for run %s of %s", holderOf(found), found.Annotations[annotationRun], found.Annotations[AnnotationUser]),
		Hint: "wait for it, or end it with tenantcopy job cancel",
	}
}

func holderOf(lease *coordinationv1.Lease) string {
	if lease == nil || lease.Spec.HolderIdentity == nil {
		return ""
	}
	return *lease.Spec.HolderIdentity
}

// lasts is what the holder itself says.
func lasts(lease *coordinationv1.Lease) time.Duration {
	if s := lease.Spec.LeaseDurationSeconds; s != nil {
		return time.Duration(*s) * time.Second
	}
	return Lasts
}
