#!/usr/bin/env bash
# Prints the folder with the definitions of the Prometheus Operator's resources.
. "$(dirname "$0")/lib.sh"

PATH=$(dirname "$("$REPOSITORY/scripts/go.sh")"):$PATH
module=$(cd / && go mod download -json "github.com/prometheus-operator/prometheus-operator@v$PROMETHEUS_OPERATOR_VERSION")
echo "$(sed -n 's/.*"Dir": "\(.*\)".*/\1/p' <<<"$module")/example/prometheus-operator-crd"
