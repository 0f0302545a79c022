package workloads

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

// JournalName is the ConfigMap that holds what a stop has found, in the
// workloads' own namespace.
const JournalName = "tenantcopy-workloads"

// entry is what the journal says of one workload.
type entry struct {
	size
	By  string `json:"by"`            // who, for whoever finds a namespace stopped
	Run bool   `json:"run,omitempty"` // a run stopped it and means to give it back
}

// journal is what stops have found and no start has given back yet.
type journal map[Workload]entry

// key is a workload's key in the ConfigMap.
func (w Workload) key() string { return string(w.Kind) + "." + w.Name }

// compare orders workloads by how they are written.
func (w Workload) compare(v Workload) int { return strings.Compare(w.String(), v.String()) }

// readJournal returns the journal, empty when there is none. An entry that
// cannot be read is refused: to guess would be to restore a wrong number.
func (s *Set) readJournal(ctx context.Context) (journal, *corev1.ConfigMap, error) {
	held, err := s.client.CoreV1().ConfigMaps(s.at.Namespace).Get(ctx, JournalName, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return journal{}, nil, nil
	}
	if err != nil {
		return nil, nil, s.cluster.Failed("get configmaps/"+JournalName+" in namespace "+s.at.Namespace, err)
	}
	out := make(journal, len(held.Data))
	for key, text := range held.Data {
		kind, name, _ := strings.Cut(key, ".")
		var e entry
		if err := json.Unmarshal([]byte(text), &e); err != nil || name == "" {
			return nil, nil, &report.Refusal{Code: report.Incompatible, What: "read the journal of stopped workloads", Why: fmt.Sprintf("entry %s of configmap %s/%s cannot be read", key, s.at.Namespace, JournalName),
				Hint: "restore that workload by hand and remove the entry"}
		}
		out[Workload{Kind(kind), name}] = e
	}
	return out, held, nil
}

// change applies a change to the journal and stores it. When somebody else
// has changed it meanwhile, it is read anew and the change made again.
func (s *Set) change(ctx context.Context, do func(journal)) (journal, error) {
	var err error
	for range attempts {
		var j journal
		var held *corev1.ConfigMap
		if j, held, err = s.readJournal(ctx); err != nil {
			return nil, err
		}
		do(j)
		if err = s.store(ctx, j, held); err == nil {
			return j, nil
		}
		if !apierrors.IsConflict(err) && !apierrors.IsAlreadyExists(err) {
			break
		}
	}
	return nil, s.cluster.Failed("write configmaps/"+JournalName+" in namespace "+s.at.Namespace, err)
}

// store creates, replaces or, when nothing is left in it, removes the
// ConfigMap; its resource version makes a lost race a conflict.
func (s *Set) store(ctx context.Context, j journal, held *corev1.ConfigMap) error {
	maps := s.client.CoreV1().ConfigMaps(s.at.Namespace)
	if len(j) == 0 {
		if held == nil {
			return nil
		}
		err := maps.Delete(ctx, JournalName, metav1.DeleteOptions{Preconditions: &metav1.Preconditions{UID: &held.UID, ResourceVersion: &held.ResourceVersion}})
		if apierrors.IsNotFound(err) {
			return nil
		}
		return err
	}
	data := make(map[string]string, len(j))
	for w, e := range j {
		text, err := json.Marshal(e)
		if err != nil {
			return fmt.Errorf("encode journal: %w", err)
		}
		data[w.key()] = string(text)
	}
	if held == nil {
		_, err := maps.Create(ctx, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: JournalName, Labels: map[string]string{"app.kubernetes.io/managed-by": "tenantcopy"}}, Data: data}, metav1.CreateOptions{})
		return err
	}
	held.Data = data
	_, err := maps.Update(ctx, held, metav1.UpdateOptions{})
	return err
}
