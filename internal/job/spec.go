package job

import (
	"fmt"
	"math"
	"strconv"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// Spec says what a Job shall do and where. No field holds a secret: they are
// in the Secret that Environment names.
type Spec struct {
	Source, Destination tenant.Ref
	User                string // who asks for it, a DNS label; empty in a template
	Chat                Chat   // where it was asked for; the zero Chat: in none

	Namespace      string
	Image          string
	ServiceAccount string
	Config         string            // ConfigMap with tenantcopy.yaml and the rules; mounted at ConfigFolder
	Environment    string            // Secret whose keys become variables: passwords, the root key; may be empty
	Memory, CPU    resource.Quantity // limit of memory; requested processor time
	Deadline       time.Duration     // after which the Job is ended, over all attempts
	Arguments      []string          // further flags of the copy
	WorkloadID     bool              // Azure's identities are asked for
	Permanent      []int32           // exit codes that no second attempt mends
}

// Folders and names within the pod.
const (
	ConfigFolder = "/etc/tenantcopy"
	container    = "copy"
)

// Variables that tell the program in the pod where it is.
const (
	VariableJob       = "TENANTCOPY_JOB"
	VariableJobUID    = "TENANTCOPY_JOB_UID"
	VariablePod       = "TENANTCOPY_POD"
	VariableNamespace = "TENANTCOPY_NAMESPACE"
	VariableUser      = "TENANTCOPY_USER"
)

// Labels and annotations of a Job and its pods; a label cannot hold env/name.
const (
	LabelTenant           = "tenantcopy/tenant"
	LabelEnvironment      = "tenantcopy/environment"
	AnnotationSource      = "tenantcopy/source"
	AnnotationDestination = "tenantcopy/destination"
	AnnotationUser        = "tenantcopy/user"
)

const (
	retries = 2
	kept    = 24 * time.Hour // how long a Job that has ended can be asked about
	// grace is what a clean end takes at most: 60 s to discard what is
	// staged, and the Lease. A spot node gives 30 s, and then the next run
	// discards it.
	grace = 75 * time.Second
	user  = 65532 // nobody's, as in the distroless images
	// spared is the part of the memory's limit, of a hundred, that the
	// program's own heap is kept below: pg_dump and pg_restore run beside it.
	spared = 80
)

// Job returns the Job. Its template waits for nobody and is refused by an API
// server only if a name in the Spec is none.
func (s Spec) Job() *batchv1.Job {
	meta := s.meta(Name(s.Destination))
	s.Chat.onto(&meta)
	return &batchv1.Job{TypeMeta: metav1.TypeMeta{APIVersion: "batch/v1", Kind: "Job"}, ObjectMeta: meta, Spec: s.jobSpec()}
}

// CronJob returns a template that never starts by itself:
// kubectl create job NAME --from=cronjob/… does.
func (s Spec) CronJob() *batchv1.CronJob {
	return &batchv1.CronJob{
		TypeMeta:   metav1.TypeMeta{APIVersion: "batch/v1", Kind: "CronJob"},
		ObjectMeta: s.meta(CronName(s.Source, s.Destination)),
		Spec: batchv1.CronJobSpec{
			Schedule: "0 0 1 1 *", Suspend: new(true), ConcurrencyPolicy: batchv1.ForbidConcurrent,
			JobTemplate: batchv1.JobTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: s.labels(), Annotations: s.annotations()}, Spec: s.jobSpec()},
		},
	}
}

func (s Spec) meta(name string) metav1.ObjectMeta {
	return metav1.ObjectMeta{Name: name, Namespace: s.Namespace, Labels: s.labels(), Annotations: s.annotations()}
}

func (s Spec) labels() map[string]string {
	return map[string]string{
		"app.kubernetes.io/name": "tenantcopy", "app.kubernetes.io/component": container,
		LabelTenant: s.Destination.Name, LabelEnvironment: s.Destination.Env,
	}
}

func (s Spec) annotations() map[string]string {
	out := map[string]string{AnnotationSource: s.Source.String(), AnnotationDestination: s.Destination.String()}
	if s.User != "" {
		out[AnnotationUser] = s.User
	}
	return out
}

func (s Spec) jobSpec() batchv1.JobSpec {
	return batchv1.JobSpec{
		BackoffLimit:            new(int32(retries)),
		ActiveDeadlineSeconds:   new(int64(s.Deadline / time.Second)),
		TTLSecondsAfterFinished: new(int32(kept / time.Second)),
		PodReplacementPolicy:    new(batchv1.Failed), // an attempt begins when the one before has ended
		PodFailurePolicy:        s.failurePolicy(),
		Template:                corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: s.podLabels(), Annotations: s.annotations()}, Spec: s.podSpec()},
	}
}

// failurePolicy: a pod whose node is taken away does not count, whatever its
// code; what no second attempt mends ends the Job; all else is tried again.
func (s Spec) failurePolicy() *batchv1.PodFailurePolicy {
	return &batchv1.PodFailurePolicy{Rules: []batchv1.PodFailurePolicyRule{
		{
			Action:          batchv1.PodFailurePolicyActionIgnore,
			OnPodConditions: []batchv1.PodFailurePolicyOnPodConditionsPattern{{Type: corev1.DisruptionTarget, Status: corev1.ConditionTrue}},
		},
		{
			Action:      batchv1.PodFailurePolicyActionFailJob,
			OnExitCodes: &batchv1.PodFailurePolicyOnExitCodesRequirement{ContainerName: new(container), Operator: batchv1.PodFailurePolicyOnExitCodesOpIn, Values: s.Permanent},
		},
	}}
}

func (s Spec) podLabels() map[string]string {
	labels := s.labels()
	if s.WorkloadID {
		labels["azure.workload.identity/use"] = "true" // a label, not an annotation: the webhook selects by it
	}
	return labels
}

func (s Spec) podSpec() corev1.PodSpec {
	return corev1.PodSpec{
		RestartPolicy: corev1.RestartPolicyNever, ServiceAccountName: s.ServiceAccount, EnableServiceLinks: new(false),
		TerminationGracePeriodSeconds: new(int64(grace / time.Second)),
		SecurityContext: &corev1.PodSecurityContext{
			RunAsNonRoot: new(true), RunAsUser: new(int64(user)), RunAsGroup: new(int64(user)), FSGroup: new(int64(user)),
			SeccompProfile: &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault},
		},
		Containers: []corev1.Container{s.container()},
		Volumes: []corev1.Volume{
			{Name: "config", VolumeSource: corev1.VolumeSource{ConfigMap: &corev1.ConfigMapVolumeSource{LocalObjectReference: corev1.LocalObjectReference{Name: s.Config}}}},
			{Name: "tmp", VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}},
		},
	}
}

func (s Spec) container() corev1.Container {
	c := corev1.Container{
		Name: container, Image: s.Image, WorkingDir: ConfigFolder,
		Args:                     append([]string{s.Source.String(), s.Destination.String(), "--progress", "json"}, s.Arguments...),
		Env:                      s.variables(),
		Resources:                corev1.ResourceRequirements{Limits: corev1.ResourceList{corev1.ResourceMemory: s.Memory}, Requests: corev1.ResourceList{corev1.ResourceMemory: s.Memory, corev1.ResourceCPU: s.CPU}},
		TerminationMessagePolicy: corev1.TerminationMessageFallbackToLogsOnError,
		VolumeMounts:             []corev1.VolumeMount{{Name: "config", MountPath: ConfigFolder, ReadOnly: true}, {Name: "tmp", MountPath: "/tmp"}},
		SecurityContext: &corev1.SecurityContext{
			AllowPrivilegeEscalation: new(false), ReadOnlyRootFilesystem: new(true), Capabilities: &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}},
		},
	}
	if s.Environment != "" {
		c.EnvFrom = []corev1.EnvFromSource{{SecretRef: &corev1.SecretEnvSource{LocalObjectReference: corev1.LocalObjectReference{Name: s.Environment}}}}
	}
	return c
}

// variables tells the program where it is; a Job that was made from a template
// has another name, so the pod's labels are asked, which its controller sets.
func (s Spec) variables() []corev1.EnvVar {
	field := func(name, path string) corev1.EnvVar {
		return corev1.EnvVar{Name: name, ValueFrom: &corev1.EnvVarSource{FieldRef: &corev1.ObjectFieldSelector{APIVersion: "v1", FieldPath: path}}}
	}
	out := []corev1.EnvVar{
		field(VariableJob, fmt.Sprintf("metadata.labels['%s']", batchv1.JobNameLabel)),
		field(VariableJobUID, fmt.Sprintf("metadata.labels['%s']", batchv1.ControllerUidLabel)),
		field(VariablePod, "metadata.name"),
		field(VariableNamespace, "metadata.namespace"),
		{Name: "GOMEMLIMIT", Value: s.heap()},
	}
	if s.User != "" {
		out = append(out, corev1.EnvVar{Name: VariableUser, Value: s.User})
	}
	return out
}

// heap is what the program's own heap is kept below, bytes.
func (s Spec) heap() string {
	limit := s.Memory.Value()
	if limit > math.MaxInt64/spared {
		return strconv.FormatInt(limit/100*spared, 10)
	}
	return strconv.FormatInt(limit*spared/100, 10)
}
