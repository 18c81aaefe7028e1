{{- define "newsfeed.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{/* At most 40 characters, so that pod names stay within the 63 of a host name. */}}
{{- define "newsfeed.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else if contains (include "newsfeed.name" .) .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "newsfeed.name" .) | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "newsfeed.selectorLabels" -}}
app.kubernetes.io/name: {{ include "newsfeed.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "newsfeed.labels" -}}
{{ include "newsfeed.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "newsfeed.serviceAccountName" -}}
{{- default (include "newsfeed.fullname" .) .Values.serviceAccount.name -}}
{{- end -}}

{{- define "newsfeed.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ default .Chart.AppVersion .Values.image.tag }}
{{- end -}}
{{- end -}}

{{/* newsfeed.yaml: what belongs to pods, under what is given. */}}
{{- define "newsfeed.config" -}}
{{- $pods := dict "admin" (dict "address" "0.0.0.0" "port" 9644) "log" (dict "format" "JSON") "state_dir" "/var/lib/newsfeed" -}}
{{- $config := mergeOverwrite $pods (deepCopy .Values.config) -}}
{{- if not (dig "admin" "enabled" true $config) -}}
{{- fail "config.admin.enabled: probes need the listener" -}}
{{- end -}}
{{- toYaml $config -}}
{{- end -}}

{{- define "newsfeed.port" -}}
{{- dig "admin" "port" 9644 .Values.config -}}
{{- end -}}

{{- define "newsfeed.applicationId" -}}
{{- dig "application_id" "newsfeed" .Values.config -}}
{{- end -}}

{{/* Whether the chain has a judge: without dedup there is one hop, prepare. */}}
{{- define "newsfeed.hasJudge" -}}
{{- $chain := dig "pipeline" "processors" list .Values.config -}}
{{- if or (empty $chain) (has "dedup" $chain) }}true{{ end -}}
{{- end -}}

{{/* SIGKILL comes after the drain has ended by itself. */}}
{{- define "newsfeed.gracePeriod" -}}
{{- $drain := dig "delivery" "drain_seconds" 30 .Values.config | int -}}
{{- $given := .Values.terminationGracePeriodSeconds | int -}}
{{- if and (gt $given 0) (lt $given (add $drain 5 | int)) -}}
{{- fail (printf "terminationGracePeriodSeconds: %d is too short for config.delivery.drain_seconds: %d; a batch in hand would be killed" $given $drain) -}}
{{- end -}}
{{- if gt $given 0 }}{{ $given }}{{ else }}{{ add $drain 15 }}{{ end -}}
{{- end -}}

{{/* The StatefulSets as YAML: component, roles (none: all), values, whether it is scaled. */}}
{{- define "newsfeed.sets" -}}
{{- if eq .Values.layout "single" }}
- {component: all, roles: "", key: single, scaled: true}
{{- else if include "newsfeed.hasJudge" . }}
- {component: judge, roles: "judge", key: judge, scaled: false}
- {component: worker, roles: "prepare,enrich", key: workers, scaled: true}
{{- else }}
- {component: worker, roles: "prepare", key: workers, scaled: true}
{{- end }}
{{- end -}}

{{- define "newsfeed.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
fsGroupChangePolicy: OnRootMismatch
seccompProfile: {type: RuntimeDefault}
{{- end -}}

{{- define "newsfeed.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
runAsNonRoot: true
capabilities: {drop: [ALL]}
seccompProfile: {type: RuntimeDefault}
{{- end -}}

{{- define "newsfeed.env" -}}
- name: POD_NAME
  valueFrom: {fieldRef: {fieldPath: metadata.name}}
{{- with .Values.env }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Volumes and mounts that each pod of newsfeedd has; the argument is (dict "root" $ "config" NAME). */}}
{{- define "newsfeed.volumes" -}}
- name: config
  configMap: {name: {{ .config }}}
- name: state
  emptyDir: {sizeLimit: 64Mi}
{{- with .root.Values.existingSecret }}
- name: secrets
  secret: {secretName: {{ . }}, defaultMode: 0440}
{{- end }}
{{- with .root.Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "newsfeed.volumeMounts" -}}
- {name: config, mountPath: /etc/newsfeed, readOnly: true}
- {name: state, mountPath: /var/lib/newsfeed}
{{- if .Values.existingSecret }}
- {name: secrets, mountPath: /run/secrets/newsfeed, readOnly: true}
{{- end }}
{{- with .Values.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* A pod that runs one command and ends; the argument is (dict "root" $ "name" NAME "config" NAME "args" LIST). */}}
{{- define "newsfeed.onceSpec" -}}
restartPolicy: Never
automountServiceAccountToken: false
{{- with .root.Values.imagePullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
securityContext: {{- include "newsfeed.podSecurity" . | nindent 2 }}
{{- with .root.Values.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .root.Values.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
containers:
  - name: {{ .name }}
    image: {{ include "newsfeed.image" .root }}
    imagePullPolicy: {{ .root.Values.image.pullPolicy }}
    command: [/usr/bin/newsfeedd]
    args: {{- toYaml .args | nindent 6 }}
    env: {{- include "newsfeed.env" .root | nindent 6 }}
    securityContext: {{- include "newsfeed.containerSecurity" .root | nindent 6 }}
    resources:
      requests: {cpu: 50m, memory: 64Mi}
      limits: {memory: 256Mi}
    volumeMounts: {{- include "newsfeed.volumeMounts" .root | nindent 6 }}
volumes: {{- include "newsfeed.volumes" . | nindent 2 }}
{{- end -}}
