{{/* What a schema cannot say. Each message names the value, the rule and the remedy. */}}
{{- define "modelwarden.checks" -}}
{{- if not .Values.image.repository -}}
{{- fail "image.repository is empty: push the image of `make image` to your registry and name it here" -}}
{{- end -}}
{{- if not (or .Values.otlp.endpoint .Values.collector.enabled) -}}
{{- fail "otlp.endpoint is empty and collector.enabled is false: name a collector, or let the chart install one" -}}
{{- end -}}
{{- $http := default dict .Values.config.http -}}
{{- if hasKey $http "listen" -}}
{{- fail "config.http.listen: the chart makes it for the probes: set http.address and http.port instead" -}}
{{- end -}}
{{- if and .Values.podMonitor.enabled (index $http "file-metrics") -}}
{{- fail "podMonitor.enabled with config.http.file-metrics: the file counters are pushed already and would count twice: leave one of them out" -}}
{{- end -}}
{{- range .Values.collector.lanes -}}
{{- if not ($.Files.Get (printf "files/collector/detection/%s.yaml" .)) -}}
{{- fail (printf "collector.lanes: %s is no file of otel-collector-config/detection" .) -}}
{{- end -}}
{{- end -}}
{{- range .Values.collector.backends -}}
{{- if not ($.Files.Get (printf "files/collector/backends/%s.yaml" .)) -}}
{{- fail (printf "collector.backends: %s is no file of otel-collector-config/backends" .) -}}
{{- end -}}
{{- end -}}
{{- if and .Values.collector.enabled (eq .Values.collector.mode "daemonset") (ne (int .Values.collector.replicas) 1) -}}
{{- fail (printf "collector.replicas is %d, but mode daemonset runs one on each node: leave replicas out" (int .Values.collector.replicas)) -}}
{{- end -}}
{{- $version := regexFind "[0-9]+[.][0-9]+[.][0-9]+" .Values.collector.image.tag -}}
{{- if and .Values.collector.enabled $version -}}
{{- if semverCompare "< 0.155.0" $version -}}
{{- fail (printf "collector.image.tag is %s, but the lanes need 0.155.0 or newer: name a newer image" .Values.collector.image.tag) -}}
{{- end -}}
{{- end -}}
{{- if and .Values.audit.enabled (not .Values.audit.tlsSecret) -}}
{{- fail "audit.tlsSecret is empty: name a Secret with tls.crt and tls.key for what the API server connects to" -}}
{{- end -}}
{{- end -}}
