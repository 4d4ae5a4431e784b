{{/* Labels of a pod that never change. */}}
{{- define "sidecar.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "sidecar.labels" -}}
{{ include "sidecar.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{/* The release's name, with the chart's in it, as long as a DNS label may be. */}}
{{- define "sidecar.name" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{ .Release.Name | trunc 54 | trimSuffix "-" }}
{{- else -}}
{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 54 | trimSuffix "-" }}
{{- end -}}
{{- end }}

{{- define "sidecar.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}
{{ .repository }}@{{ .digest }}
{{- else -}}
{{ .repository }}:{{ .tag | default (printf "%s%s" $.Chart.AppVersion (ternary "-gpu" "" (gt (int $.Values.gpu.count) 0))) }}
{{- end -}}
{{- end -}}
{{- end }}

{{/* How probes and Prometheus reach the port of metrics. */}}
{{- define "sidecar.operatorsScheme" -}}
{{- if and .Values.tls.secret (eq .Values.tls.operators "server") -}}https{{- else -}}http{{- end -}}
{{- end }}
