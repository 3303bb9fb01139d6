#!/usr/bin/env bash
# Prints the path of Helm 4: the one on the PATH, or one built from Go modules.
. "$(dirname "$0")/lib.sh"

if command -v helm >/dev/null && [[ $(helm version --template '{{.Version}}' 2>/dev/null) == v4.* ]]; then
  command -v helm
  exit 0
fi

build() {
  export CGO_ENABLED=0 GOTOOLCHAIN=auto GOFLAGS="-buildvcs=false -trimpath" GOBIN=$1
  local stamp=helm.sh/helm/v4/internal/version.version=v$HELM_VERSION
  go install -ldflags "-s -w -X $stamp" "helm.sh/helm/v4/cmd/helm@v$HELM_VERSION"
}

PATH=$(dirname "$("$REPOSITORY/scripts/go.sh")"):$PATH
folder=$(build_once "$CACHE/helm/$HELM_VERSION-$(digest "${BASH_SOURCE[0]}")" \
  "building Helm $HELM_VERSION from Go modules (about two minutes, once)" build)
echo "$folder/helm"
