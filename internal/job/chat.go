package job

import (
	"context"
	"encoding/json"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// Chat is where a Job was asked for: a channel and the message there that
// tells of it. It stands on the Job, so that whoever tells can be started
// anew; no part of it is a secret.
type Chat struct {
	Channel, Message, User string
}

// How a Chat is written down. The label says whether the end has been told;
// it can be selected by, and the annotations can hold what they like.
const (
	labelChat         = "tenantcopy/chat"
	chatUntold        = "untold"
	chatTold          = "told"
	annotationChannel = "tenantcopy/chat-channel"
	annotationMessage = "tenantcopy/chat-message"
	annotationAsker   = "tenantcopy/chat-user"
)

// onto writes a Chat onto a Job; one without a message tells nobody anything.
func (c Chat) onto(meta *metav1.ObjectMeta) {
	if c.Message == "" {
		return
	}
	meta.Labels[labelChat] = chatUntold
	meta.Annotations[annotationChannel], meta.Annotations[annotationMessage], meta.Annotations[annotationAsker] = c.Channel, c.Message, c.User
}

// Asked is a Job that was asked for in a chat.
type Asked struct {
	Source, Destination tenant.Ref
	Chat                Chat
}

// Untold are the Jobs that were asked for in a chat, running or ended, whose
// end has not been told there.
func (j Jobs) Untold(ctx context.Context) (all []Asked, err error) {
	found, err := j.jobs().List(ctx, metav1.ListOptions{LabelSelector: labelChat + "=" + chatUntold})
	if err != nil {
		return nil, j.Cluster.Failed("list jobs of namespace "+j.Namespace, err)
	}
	for _, one := range found.Items {
		notes := one.Annotations
		src, err := tenant.ParseRef(notes[AnnotationSource])
		if err != nil {
			continue // none of ours
		}
		dst, err := tenant.ParseRef(notes[AnnotationDestination])
		if err != nil || Name(dst) != one.Name {
			continue
		}
		all = append(all, Asked{src, dst, Chat{notes[annotationChannel], notes[annotationMessage], notes[annotationAsker]}})
	}
	return all, nil
}

// Told writes onto a twin's Job that its end has been told in this chat. A Job
// that has been replaced since is left as it is.
func (j Jobs) Told(ctx context.Context, dst tenant.Ref, c Chat) error {
	type step struct {
		Op    string `json:"op"`
		Path  string `json:"path"`
		Value string `json:"value"`
	}
	patch, err := json.Marshal([]step{
		{"test", "/metadata/annotations/tenantcopy~1chat-message", c.Message},
		{"replace", "/metadata/labels/tenantcopy~1chat", chatTold},
	})
	if err != nil {
		return fmt.Errorf("mark the end as told: %w", err)
	}
	_, err = j.jobs().Patch(ctx, Name(dst), types.JSONPatchType, patch, metav1.PatchOptions{})
	if err != nil && !apierrors.IsNotFound(err) && !apierrors.IsInvalid(err) { // invalid: the test failed
		return j.Cluster.Failed("patch job "+j.Namespace+"/"+Name(dst), err)
	}
	return nil
}
