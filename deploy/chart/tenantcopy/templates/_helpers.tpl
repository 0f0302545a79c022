{{/* Labels of everything; of one component with {component: …}. */}}
{{- define "tenantcopy.labels" -}}
app.kubernetes.io/name: tenantcopy
{{- with .component }}
app.kubernetes.io/component: {{ . }}
{{- end }}
{{- end }}

{{/* What selects the pods of a component. The Jobs' pods get these labels from the program itself. */}}
{{- define "tenantcopy.selector" -}}
app.kubernetes.io/name: tenantcopy
app.kubernetes.io/component: {{ . }}
{{- end }}

{{/* A quantity like 2Gi in bytes. */}}
{{- define "tenantcopy.bytes" -}}
{{- $units := dict "Ki" 1024 "Mi" 1048576 "Gi" 1073741824 "Ti" 1099511627776 -}}
{{- mul (regexFind "^[0-9]+" .) (get $units (regexFind "[A-Z]i$" .)) -}}
{{- end }}

{{/* A duration like 8h in seconds. */}}
{{- define "tenantcopy.seconds" -}}
{{- mul (regexFind "^[0-9]+" .) (get (dict "s" 1 "m" 60 "h" 3600) (regexFind "[smh]$" .)) -}}
{{- end }}

{{/* The name of a pair's CronJob, as the program makes it: the tenant, then both environments, cut and hashed where it would be too long or
     where hyphens could make two names equal. */}}
{{- define "tenantcopy.cronName" -}}
{{- $src := splitList "/" .source -}}
{{- $dst := splitList "/" .destination -}}
{{- $full := printf "tenantcopy-%s-%s-%s" (index $dst 1) (index $src 0) (index $dst 0) -}}
{{- if and (le (len $full) 52) (not (contains "-" (print (index $src 0) (index $dst 0)))) -}}
{{- $full -}}
{{- else -}}
{{- printf "%s-%s" (trunc 41 $full | trimAll "-") (printf "%s/%s/%s" (index $dst 1) (index $src 0) (index $dst 0) | sha256sum | trunc 10) -}}
{{- end -}}
{{- end }}

{{/* The security settings of every pod: nobody's user, no privilege to gain. */}}
{{- define "tenantcopy.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
seccompProfile: {type: RuntimeDefault}
{{- end }}
{{- define "tenantcopy.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end }}

{{/* Where tenantcopy.yaml is at hand, what it says of runs-in: must be what the policy pins. */}}
{{- define "tenantcopy.agree" -}}
{{- with index .Values.files "tenantcopy.yaml" -}}
{{- $said := get (fromYaml .) "runs-in" | default dict -}}
{{- $ours := $.Values.runsIn -}}
{{- $want := dict "image" $ours.image "service-account" $ours.serviceAccount "config" $ours.config "environment" $ours.environment "memory" $ours.memory "cpu" $ours.cpu "deadline" $ours.deadline "namespace" $.Release.Namespace -}}
{{- $default := dict "image" "" "service-account" "tenantcopy" "config" "tenantcopy" "environment" "tenantcopy" "memory" "1Gi" "cpu" "1" "deadline" "8h" "namespace" "tenantcopy" -}}
{{- range $key, $value := $want -}}
{{- $there := get $said $key | default (get $default $key) | toString -}}
{{- if ne $there $value -}}
{{- fail (printf "runs-in.%s of tenantcopy.yaml is %q, and the chart's is %q: the policy would refuse its Jobs" $key $there $value) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* The variables by which the program in a Job's pod knows where it is. */}}
{{- define "tenantcopy.fields" -}}
{{- toJson (list
  (dict "name" "TENANTCOPY_JOB" "path" "metadata.labels['batch.kubernetes.io/job-name']")
  (dict "name" "TENANTCOPY_JOB_UID" "path" "metadata.labels['batch.kubernetes.io/controller-uid']")
  (dict "name" "TENANTCOPY_POD" "path" "metadata.name")
  (dict "name" "TENANTCOPY_NAMESPACE" "path" "metadata.namespace")) -}}
{{- end }}
