package kubelet

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// mount makes a container's folder, with a link for each of its mounts into a
// folder that all containers of the pod share.
func (p *pod) mount(ctx context.Context, c corev1.Container) error {
	if err := os.MkdirAll(p.root(c), 0o700); err != nil {
		return err
	}
	volumes := make(map[string]corev1.Volume)
	for _, v := range p.object.Spec.Volumes {
		volumes[v.Name] = v
	}
	for _, m := range c.VolumeMounts {
		source := filepath.Join(p.dir, "volumes", m.Name)
		if err := os.MkdirAll(source, 0o700); err != nil {
			return err
		}
		if err := p.fillVolume(ctx, volumes[m.Name], source); err != nil {
			return fmt.Errorf("volume %s: %w", m.Name, err)
		}
		target := filepath.Join(p.root(c), m.MountPath)
		if err := os.MkdirAll(filepath.Dir(target), 0o700); err != nil {
			return err
		}
		if err := os.Symlink(filepath.Join(source, m.SubPath), target); err != nil && !errors.Is(err, os.ErrExist) {
			return err
		}
	}
	return nil
}

// fillVolume writes what a volume holds.
func (p *pod) fillVolume(ctx context.Context, v corev1.Volume, dir string) error {
	switch {
	case v.EmptyDir != nil:
		return nil
	case v.Secret != nil:
		values, err := p.secret(ctx, v.Secret.SecretName, v.Secret.Optional)
		return writeAll(dir, values, v.Secret.Items, err)
	case v.ConfigMap != nil:
		values, err := p.configMap(ctx, v.ConfigMap.Name, v.ConfigMap.Optional)
		return writeAll(dir, values, v.ConfigMap.Items, err)
	case v.DownwardAPI != nil:
		return p.writeFields(dir, v.DownwardAPI.Items)
	case v.Projected != nil:
		for _, source := range v.Projected.Sources {
			if err := p.project(ctx, source, dir); err != nil {
				return err
			}
		}
		return nil
	default:
		return errors.New("a kind that this node does not know")
	}
}

// project writes one source of a projected volume.
func (p *pod) project(ctx context.Context, source corev1.VolumeProjection, dir string) error {
	switch {
	case source.Secret != nil:
		values, err := p.secret(ctx, source.Secret.Name, source.Secret.Optional)
		return writeAll(dir, values, source.Secret.Items, err)
	case source.ConfigMap != nil:
		values, err := p.configMap(ctx, source.ConfigMap.Name, source.ConfigMap.Optional)
		return writeAll(dir, values, source.ConfigMap.Items, err)
	case source.DownwardAPI != nil:
		return p.writeFields(dir, source.DownwardAPI.Items)
	case source.ServiceAccountToken != nil:
		token, err := p.token(ctx, source.ServiceAccountToken)
		if err != nil {
			return err
		}
		return write(dir, source.ServiceAccountToken.Path, token)
	default:
		return errors.New("a source that this node does not know")
	}
}

// token asks for a token of the pod's service account that is valid as long as
// the pod is there.
func (p *pod) token(ctx context.Context, want *corev1.ServiceAccountTokenProjection) (string, error) {
	request := &authenticationv1.TokenRequest{Spec: authenticationv1.TokenRequestSpec{
		ExpirationSeconds: want.ExpirationSeconds,
		BoundObjectRef:    &authenticationv1.BoundObjectReference{Kind: "Pod", APIVersion: "v1", Name: p.object.Name, UID: p.object.UID},
	}}
	if want.Audience != "" {
		request.Spec.Audiences = []string{want.Audience}
	}
	accounts := p.kubelet.Client.CoreV1().ServiceAccounts(p.object.Namespace)
	answer, err := accounts.CreateToken(ctx, p.object.Spec.ServiceAccountName, request, metav1.CreateOptions{})
	if err != nil {
		return "", err
	}
	return answer.Status.Token, nil
}

func (p *pod) writeFields(dir string, files []corev1.DownwardAPIVolumeFile) error {
	for _, file := range files {
		if file.FieldRef == nil {
			return errors.New("a field that this node does not know")
		}
		value, err := p.field(file.FieldRef.FieldPath)
		if err != nil {
			return err
		}
		if err := write(dir, file.Path, value); err != nil {
			return err
		}
	}
	return nil
}

// writeAll writes the values that items name, or all, unless they could not
// be read.
func writeAll(dir string, values map[string]string, items []corev1.KeyToPath, err error) error {
	if err != nil {
		return err
	}
	if len(items) == 0 {
		for key := range values {
			items = append(items, corev1.KeyToPath{Key: key, Path: key})
		}
	}
	for _, item := range items {
		value, ok := values[item.Key]
		if !ok && values != nil {
			return fmt.Errorf("couldn't find key %s", item.Key)
		}
		if err := write(dir, item.Path, value); err != nil {
			return err
		}
	}
	return nil
}

func write(dir, path, text string) error {
	path = filepath.Join(dir, path)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return os.WriteFile(path, []byte(text), 0o600)
}
