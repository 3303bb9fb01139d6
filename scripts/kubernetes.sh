#!/usr/bin/env bash
# Prints the folder that holds kubectl, the parts of Kubernetes and etcd, built from Go modules if it is not
# there: nothing is pulled from a registry of images.
. "$(dirname "$0")/lib.sh"

commands=(kubectl kube-apiserver kube-controller-manager kube-scheduler kube-proxy kubelet)

# Kubernetes replaces its own modules by folders of its tree. The same release of each is published as
# v0.MINOR.PATCH.
kubernetes_module() {
  local module
  module=$(cd / && go mod download -json "k8s.io/kubernetes@v$KUBERNETES_VERSION" | sed -n 's/.*"GoMod": "\(.*\)".*/\1/p')
  echo "module local"
  grep -E '^(go|godebug) ' "$module"
  echo "require k8s.io/kubernetes v$KUBERNETES_VERSION"
  sed -n "s#^\t\(k8s.io/[a-z-]*\) => ./staging/.*#replace \1 => \1 v0.${KUBERNETES_VERSION#1.}#p" "$module"
}

# The version is not in the module: the release's own build stamps it, and so does this one.
stamps() {
  local package minor=${KUBERNETES_VERSION#1.}
  for package in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
    printf -- ' -X %s' "$package.gitVersion=v$KUBERNETES_VERSION" "$package.gitMajor=1" \
      "$package.gitMinor=${minor%%.*}" "$package.gitTreeState=clean"
  done
}

build() {
  local command number=0
  export CGO_ENABLED=0 GOTOOLCHAIN=auto GOFLAGS="-mod=mod -buildvcs=false -trimpath"
  kubernetes_module >go.mod
  for command in "${commands[@]}"; do
    number=$((number + 1))
    say "  $command ($number of $((${#commands[@]} + 1)))" 2>&3
    go build -ldflags "-s -w$(stamps)" -o "$1/$command" "k8s.io/kubernetes/cmd/$command"
  done
  say "  etcd ($((number + 1)) of $((number + 1)))" 2>&3
  mkdir etcd && cd etcd
  printf 'module local\ngo 1.26.0\nrequire go.etcd.io/etcd/server/v3 v%s\n' "$ETCD_VERSION" >go.mod
  go build -ldflags "-s -w" -o "$1/etcd" go.etcd.io/etcd/server/v3
}

PATH=$(dirname "$("$REPOSITORY/scripts/go.sh")"):$PATH
build_once "$CACHE/kubernetes/$KUBERNETES_VERSION-$ETCD_VERSION-$(digest "${BASH_SOURCE[0]}")" \
  "building Kubernetes $KUBERNETES_VERSION and etcd $ETCD_VERSION from Go modules (about ten minutes, once)" build
