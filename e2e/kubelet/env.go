package kubelet

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// environment is a container's variables; the last value of a name wins.
type environment map[string]string

func (e environment) list() []string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(e)) {
		all = append(all, name+"="+e[name])
	}
	return all
}

// environment resolves a container's variables over those of its image:
// envFrom first, then env, in which $(NAME) stands for what came before.
func (p *pod) environment(ctx context.Context, c corev1.Container, given []string) (environment, error) {
	env := make(environment)
	for _, entry := range given {
		name, value, _ := strings.Cut(entry, "=")
		env[name] = value
	}
	for _, from := range c.EnvFrom {
		values, err := p.source(ctx, from)
		if err != nil {
			return nil, err
		}
		for name, value := range values {
			env[from.Prefix+name] = value
		}
	}
	for _, v := range c.Env {
		value, found := expand(v.Value, env), true
		if v.ValueFrom != nil {
			var err error
			if value, found, err = p.value(ctx, v.ValueFrom); err != nil {
				return nil, fmt.Errorf("variable %s: %w", v.Name, err)
			}
		}
		if found {
			env[v.Name] = value
		}
	}
	return env, nil
}

// source reads all that one entry of envFrom names.
func (p *pod) source(ctx context.Context, from corev1.EnvFromSource) (map[string]string, error) {
	switch {
	case from.SecretRef != nil:
		return p.secret(ctx, from.SecretRef.Name, from.SecretRef.Optional)
	case from.ConfigMapRef != nil:
		return p.configMap(ctx, from.ConfigMapRef.Name, from.ConfigMapRef.Optional)
	default:
		return nil, nil
	}
}

// value reads what one variable refers to; found is false when it is optional
// and not there.
func (p *pod) value(ctx context.Context, from *corev1.EnvVarSource) (value string, found bool, err error) {
	var values map[string]string
	var key string
	var optional *bool
	switch {
	case from.FieldRef != nil:
		value, err = p.field(from.FieldRef.FieldPath)
		return value, true, err
	case from.SecretKeyRef != nil:
		key, optional = from.SecretKeyRef.Key, from.SecretKeyRef.Optional
		values, err = p.secret(ctx, from.SecretKeyRef.Name, optional)
	case from.ConfigMapKeyRef != nil:
		key, optional = from.ConfigMapKeyRef.Key, from.ConfigMapKeyRef.Optional
		values, err = p.configMap(ctx, from.ConfigMapKeyRef.Name, optional)
	default:
		return "", false, fmt.Errorf("a source that this node does not know")
	}
	if err != nil {
		return "", false, err
	}
	value, found = values[key]
	if !found && (optional == nil || !*optional) {
		return "", false, fmt.Errorf("couldn't find key %s", key)
	}
	return value, found, nil
}

// secret returns a Secret's values; an optional one that is not there has none.
func (p *pod) secret(ctx context.Context, name string, optional *bool) (map[string]string, error) {
	s, err := p.kubelet.Client.CoreV1().Secrets(p.object.Namespace).Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		return nil, unless(optional, err)
	}
	values := make(map[string]string, len(s.Data))
	for key, value := range s.Data {
		values[key] = string(value)
	}
	return values, nil
}

// configMap returns a ConfigMap's values, as secret does.
func (p *pod) configMap(ctx context.Context, name string, optional *bool) (map[string]string, error) {
	m, err := p.kubelet.Client.CoreV1().ConfigMaps(p.object.Namespace).Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		return nil, unless(optional, err)
	}
	values := maps.Clone(m.Data)
	for key, value := range m.BinaryData {
		if values == nil {
			values = make(map[string]string)
		}
		values[key] = string(value)
	}
	return values, nil
}

func unless(optional *bool, err error) error {
	if optional != nil && *optional && apierrors.IsNotFound(err) {
		return nil
	}
	return err
}

// field returns a field of the pod that its containers may ask for.
func (p *pod) field(path string) (string, error) {
	switch path {
	case "metadata.name":
		return p.object.Name, nil
	case "metadata.namespace":
		return p.object.Namespace, nil
	case "metadata.uid":
		return string(p.object.UID), nil
	case "spec.nodeName":
		return p.kubelet.Node, nil
	case "spec.serviceAccountName":
		return p.object.Spec.ServiceAccountName, nil
	case "status.hostIP", "status.podIP":
		return loopback, nil
	}
	for prefix, values := range map[string]map[string]string{"metadata.labels['": p.object.Labels, "metadata.annotations['": p.object.Annotations} {
		if key, ok := strings.CutPrefix(path, prefix); ok {
			return values[strings.TrimSuffix(key, "']")], nil
		}
	}
	return "", fmt.Errorf("field %s, which this node does not know", path)
}

// expand replaces $(NAME) by its value; an unknown name stays as it is, and
// $$ is one dollar.
func expand(text string, env environment) string {
	var out strings.Builder
	for {
		i := strings.IndexByte(text, '$')
		if i < 0 || i+1 == len(text) {
			return out.String() + text
		}
		out.WriteString(text[:i])
		text = text[i:]
		end := strings.IndexByte(text, ')')
		switch {
		case text[1] == '$':
			out.WriteByte('$')
			text = text[2:]
		case text[1] == '(' && end > 0:
			value, ok := env[text[2:end]]
			if !ok {
				value = text[:end+1]
			}
			out.WriteString(value)
			text = text[end+1:]
		default:
			out.WriteByte('$')
			text = text[1:]
		}
	}
}

func expandAll(texts []string, env environment) []string {
	var all []string
	for _, text := range texts {
		all = append(all, expand(text, env))
	}
	return all
}
