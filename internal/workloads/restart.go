package workloads

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/tenantcopy/tenantcopy/internal/cluster"
)

// Restart makes a deployment replace its pods, as kubectl rollout restart
// does. It is for components that several tenants share, which are never
// stopped but may hold what they have cached of the old twin.
func Restart(ctx context.Context, c *cluster.Cluster, namespace, name string, now time.Time) error {
	patch, err := json.Marshal(map[string]any{"spec": map[string]any{"template": map[string]any{"metadata": map[string]any{
		"annotations": map[string]string{"kubectl.kubernetes.io/restartedAt": now.UTC().Format(time.RFC3339Nano)},
	}}}})
	if err != nil {
		return fmt.Errorf("restart deployment: %w", err)
	}
	if _, err := c.Client().AppsV1().Deployments(namespace).Patch(ctx, name, types.StrategicMergePatchType, patch, metav1.PatchOptions{}); err != nil {
		return c.Failed("patch deployments/"+name+" in namespace "+namespace, err)
	}
	return nil
}
