package kubelet

import (
	"io"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
)

func TestExpand(t *testing.T) {
	env := environment{"A": "1", "B": "$(A)"}
	for text, want := range map[string]string{
		"": "", "plain": "plain", "$(A)": "1", "x$(A)y$(B)": "x1y$(A)", "$(NOBODY)$(A)": "$(NOBODY)1",
		"$$(A)": "$(A)", "$$$(A)": "$1", "$": "$", "a$": "a$", "$A": "$A", "$(A": "$(A", "$()": "$()", "100$ $(A)": "100$ 1",
	} {
		if got := expand(text, env); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}

func TestLastLines(t *testing.T) {
	for _, c := range []struct{ text, lines, want string }{
		{"a\nb\nc\n", "", "a\nb\nc\n"}, {"a\nb\nc\n", "2", "b\nc\n"}, {"a\nb\nc", "2", "b\nc"}, {"a\nb\n", "0", ""},
		{"\nb\n", "2", "\nb\n"}, {"a\n", "5", "a\n"}, {"", "3", ""},
	} {
		f := strings.NewReader(c.text)
		skip(f, c.lines)
		if got, _ := io.ReadAll(f); string(got) != c.want {
			t.Errorf("the last %s lines of %q are %q, want %q", c.lines, c.text, got, c.want)
		}
	}
}

// A pod that is changed while it runs is noticed; one whose status or labels
// are, is not.
func TestChangedPod(t *testing.T) {
	was := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "p", UID: "u"}, Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "main", Image: "one"}}}}
	k := &Kubelet{pods: map[types.UID]*pod{"u": {object: was}}}
	for name, tc := range map[string]struct {
		change func(*corev1.Pod)
		seen   bool
	}{
		"its status": {func(p *corev1.Pod) { p.Status.Phase, p.Labels = corev1.PodRunning, map[string]string{"a": "b"} }, false},
		"its image":  {func(p *corev1.Pod) { p.Spec.Containers[0].Image = "two" }, true},
		"a deadline": {func(p *corev1.Pod) { p.Spec.ActiveDeadlineSeconds = new(int64(1)) }, true},
	} {
		now := was.DeepCopy()
		tc.change(now)
		if _, err := k.hear(t.Context(), watch.Event{Type: watch.Modified, Object: now}); (err != nil) != tc.seen {
			t.Errorf("%s: %v", name, err)
		}
	}
}
