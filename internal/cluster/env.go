package cluster

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	corev1 "k8s.io/api/core/v1"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

// Variable names one variable of an application, by the pod template that sets
// it.
type Variable struct {
	Namespace  string
	Deployment string
	Container  string // empty for the only one, or the one that kubectl takes by default
	Name       string
}

// String returns "variable DATABASE_URL of deployments/api in namespace acme".
func (v Variable) String() string {
	return fmt.Sprintf("variable %s of deployments/%s in namespace %s", v.Name, v.Deployment, v.Namespace)
}

// The resources whose values a template refers to.
const (
	configMaps = "configmaps"
	secrets    = "secrets"
)

// objects are the ConfigMaps and Secrets of one namespace, asked for by name. ok
// is false where there is none.
type objects interface {
	data(ctx context.Context, resource, name string) (data map[string]string, ok bool, err error)
}

// environment finds out what the kubelet would set for one container. It goes
// backwards from the variable that is asked for, and so reads only those
// objects that this one depends on: a run needs no right to the others.
type environment struct {
	of        Variable
	template  *corev1.PodTemplateSpec
	container *corev1.Container
	objects   objects
	known     map[int]entry // by position in container.Env
}

// entry is what one entry of env sets; an optional one may set nothing.
type entry struct {
	value string
	set   bool
}

// resolve returns the variable's value.
func (v Variable) resolve(ctx context.Context, template *corev1.PodTemplateSpec, from objects) (string, error) {
	container, err := v.choose(template)
	if err != nil {
		return "", err
	}
	e := &environment{of: v, template: template, container: container, objects: from, known: make(map[int]entry)}
	found, err := e.variable(ctx, v.Name, len(container.Env))
	switch {
	case errors.Is(err, errTooLong):
		return "", e.unusable(errTooLong.Error(), "")
	case err != nil:
		return "", err
	case !found.set:
		return "", e.unset()
	case strings.ContainsRune(found.value, 0) || !utf8.ValidString(found.value):
		return "", e.unusable("its value is not text", "")
	}
	if by := e.placeholder(found.value); by != "" {
		return "", e.unusable("what the template holds is not the value: "+by+" puts it in when the pod starts, and it is in no Secret", wayOut)
	}
	return found.value, nil
}

// defaultContainer is the annotation by which kubectl chooses.
const defaultContainer = "kubectl.kubernetes.io/default-container"

// choose returns the container that is meant.
func (v Variable) choose(template *corev1.PodTemplateSpec) (*corev1.Container, error) {
	all := template.Spec.Containers
	name := v.Container
	if name == "" {
		name = template.Annotations[defaultContainer]
	}
	if name == "" && len(all) == 1 {
		return &all[0], nil
	}
	var names []string
	for i := range all {
		if all[i].Name == name {
			return &all[i], nil
		}
		names = append(names, all[i].Name)
	}
	hint := "it has " + strings.Join(names, ", ")
	if name == "" {
		return nil, refusal(report.Usage, "read "+v.String(), "its pods have several containers, and none is named", "add container: to from:; "+hint)
	}
	return nil, refusal(report.NotFound, "read "+v.String(), "it has no container "+name, hint)
}

// variable is what name stands for to the entry of env at position end: the
// last entry before it that sets the name, else the last source of envFrom.
func (e *environment) variable(ctx context.Context, name string, end int) (entry, error) {
	for i := end - 1; i >= 0; i-- {
		if e.container.Env[i].Name != name {
			continue
		}
		if found, err := e.entry(ctx, i); err != nil || found.set {
			return found, err
		}
	}
	for i := len(e.container.EnvFrom) - 1; i >= 0; i-- {
		if found, err := e.source(ctx, e.container.EnvFrom[i], name); err != nil || found.set {
			return found, err
		}
	}
	return entry{}, nil
}

// entry is what one entry of env sets.
func (e *environment) entry(ctx context.Context, i int) (found entry, err error) {
	if found, ok := e.known[i]; ok {
		return found, nil
	}
	switch v := e.container.Env[i]; {
	case v.Value != "" || v.ValueFrom == nil:
		found.set = true
		found.value, err = expand(v.Value, func(name string) (string, bool, error) { return e.reference(ctx, name, i) })
	default:
		found, err = e.valueFrom(ctx, v.Name, v.ValueFrom)
	}
	if err == nil {
		e.known[i] = found
	}
	return found, err
}

// serviceLink is a name that the kubelet sets for each Service of a namespace.
var serviceLink = regexp.MustCompile(`^[A-Z0-9_]+_(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|PORT(_[0-9]+_(TCP|UDP|SCTP)(_PROTO|_PORT|_ADDR)?)?)$`)

// reference is what $(name) becomes in the entry at position i.
func (e *environment) reference(ctx context.Context, name string, i int) (string, bool, error) {
	found, err := e.variable(ctx, name, i)
	if err != nil || found.set {
		return found.value, found.set, err
	}
	if links := e.template.Spec.EnableServiceLinks; serviceLink.MatchString(name) && (links == nil || *links) {
		return "", false, e.unusable("it refers to $("+name+"), which a pod may get from a Service, at an address inside the cluster", "write the store's url: instead of from:")
	}
	return "", false, nil
}

// source looks a name up in one source of envFrom. No name is left out: since
// version 1.32 the kubelet takes every key.
func (e *environment) source(ctx context.Context, from corev1.EnvFromSource, name string) (entry, error) {
	key, ok := strings.CutPrefix(name, from.Prefix)
	if !ok {
		return entry{}, nil
	}
	var data map[string]string
	var err error
	switch {
	case from.ConfigMapRef != nil:
		data, err = e.read(ctx, configMaps, from.ConfigMapRef.Name, from.ConfigMapRef.Optional)
	case from.SecretRef != nil:
		data, err = e.read(ctx, secrets, from.SecretRef.Name, from.SecretRef.Optional)
	}
	value, set := data[key]
	return entry{value, set}, err
}

// valueFrom is what a reference to something else sets.
func (e *environment) valueFrom(ctx context.Context, name string, from *corev1.EnvVarSource) (entry, error) {
	switch {
	case from.ConfigMapKeyRef != nil:
		ref := from.ConfigMapKeyRef
		return e.key(ctx, place{configMaps, ref.Name, ref.Key}, ref.Optional)
	case from.SecretKeyRef != nil:
		ref := from.SecretKeyRef
		return e.key(ctx, place{secrets, ref.Name, ref.Key}, ref.Optional)
	case from.FieldRef != nil:
		if value, ok := e.field(from.FieldRef.FieldPath); ok {
			return entry{value, true}, nil
		}
		return entry{}, e.unusable(name+" is set from field "+from.FieldRef.FieldPath+", which only a running pod has", wayOut)
	case from.ResourceFieldRef != nil:
		return entry{}, e.unusable(name+" is set from the container's resources, which are not read", wayOut)
	}
	return entry{}, e.unusable(name+" is set from what only a running pod can read", wayOut)
}

// place is one key of an object.
type place struct{ resource, name, key string }

// key reads one key of an object.
func (e *environment) key(ctx context.Context, at place, optional *bool) (entry, error) {
	data, err := e.read(ctx, at.resource, at.name, optional)
	if err != nil || data == nil {
		return entry{}, err
	}
	value, ok := data[at.key]
	if !ok && (optional == nil || !*optional) {
		return entry{}, e.missing(fmt.Sprintf("%s/%s has no key %s", at.resource, at.name, at.key))
	}
	return entry{value, ok}, nil
}

// read returns an object's data; nil where an optional one does not exist.
func (e *environment) read(ctx context.Context, resource, name string, optional *bool) (map[string]string, error) {
	data, ok, err := e.objects.data(ctx, resource, name)
	switch {
	case err != nil:
		return nil, err
	case !ok && (optional == nil || !*optional):
		return nil, e.missing(resource + "/" + name + " does not exist")
	case !ok:
		return nil, nil
	case data == nil:
		return map[string]string{}, nil
	}
	return data, nil
}

// mapField is a field path that names one label or annotation.
var mapField = regexp.MustCompile(`^metadata\.(labels|annotations)\['(.+)'\]$`)

// field is what a template knows of the pods that it makes.
func (e *environment) field(path string) (string, bool) {
	switch path {
	case "metadata.namespace":
		return e.of.Namespace, true
	case "spec.serviceAccountName":
		if name := e.template.Spec.ServiceAccountName; name != "" {
			return name, true
		}
		return "default", true
	}
	m := mapField.FindStringSubmatch(path)
	if m == nil {
		return "", false
	}
	value, ok := map[string]map[string]string{"labels": e.template.Labels, "annotations": e.template.Annotations}[m[1]][m[2]]
	return value, ok
}
