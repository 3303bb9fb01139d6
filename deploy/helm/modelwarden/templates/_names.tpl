{{/* Names and labels. SPDX-License-Identifier: Apache-2.0 */}}

{{- define "modelwarden.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name | trunc 53 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 53 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "modelwarden.collectorName" -}}
{{ include "modelwarden.fullname" . }}-collector
{{- end -}}

{{/* What selectors use never changes in an upgrade. */}}
{{- define "modelwarden.selector" -}}
app.kubernetes.io/name: {{ default .Chart.Name .Values.nameOverride }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "modelwarden.agentSelector" -}}
{{ include "modelwarden.selector" . }}
app.kubernetes.io/component: agent
{{- end -}}

{{- define "modelwarden.collectorSelector" -}}
{{ include "modelwarden.selector" . }}
app.kubernetes.io/component: collector
{{- end -}}

{{- define "modelwarden.auditName" -}}
{{ include "modelwarden.fullname" . }}-audit
{{- end -}}

{{- define "modelwarden.auditSelector" -}}
{{ include "modelwarden.selector" . }}
app.kubernetes.io/component: audit
{{- end -}}

{{- define "modelwarden.labels" -}}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}

{{- define "modelwarden.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "modelwarden.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "modelwarden.priorityClass" -}}
{{- default (ternary (printf "%s-%s" .Release.Namespace (include "modelwarden.fullname" .)) "" .Values.priorityClass.create) .Values.priorityClass.name -}}
{{- end -}}

{{/* image VALUES DEFAULT-TAG */}}
{{- define "modelwarden.image" -}}
{{- $image := index . 0 -}}
{{- if $image.digest -}}
{{- $image.repository }}@{{ $image.digest -}}
{{- else -}}
{{- $image.repository }}:{{ default (index . 1) $image.tag -}}
{{- end -}}
{{- end -}}

{{- define "modelwarden.endpoint" -}}
{{- default (printf "http://%s.%s.svc:4318" (include "modelwarden.collectorName" .) .Release.Namespace) .Values.otlp.endpoint -}}
{{- end -}}

{{- define "modelwarden.endpointPort" -}}
{{- $url := urlParse (include "modelwarden.endpoint" .) -}}
{{- $port := regexFind ":[0-9]+$" $url.host | trimPrefix ":" -}}
{{- default (ternary "443" "80" (eq $url.scheme "https")) $port -}}
{{- end -}}
