#!/usr/bin/env bash
# A real Kubernetes of one node for the tests, in a network and a mount namespace of its own: no address, route,
# listening port or file of it is on the machine, except for cgroups and this cluster's folder. Root.
#
#   scripts/cluster.sh up            starts it, or what is missing of it
#   eval "$(scripts/cluster.sh env)" puts KUBECONFIG and a kubectl and helm that reach it into the shell
#   scripts/cluster.sh load ARCHIVE  imports an OCI or Docker archive (imagePullPolicy: Never)
#   scripts/cluster.sh stop|start PART  one of etcd apiserver scheduler manager proxy node containerd kubelet
#   scripts/cluster.sh audit POLICY WEBHOOK | off  starts the API server anew, with or without this audit
#   scripts/cluster.sh down          ends it and removes all of it
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/lib/cluster-files.sh
. "$REPOSITORY/scripts/lib/cluster-files.sh"
# shellcheck source=scripts/lib/cluster-parts.sh
. "$REPOSITORY/scripts/lib/cluster-parts.sh"
# shellcheck source=scripts/lib/oci.sh
. "$REPOSITORY/scripts/lib/oci.sh"

built() {
  binaries=$("$REPOSITORY/scripts/kubernetes.sh")
  runtime=$("$REPOSITORY/scripts/container-runtime.sh")
  helm=$("$REPOSITORY/scripts/helm.sh")
}

up() {
  local start part
  built
  needed nft nftables # by kube-proxy
  needed openssl openssl
  with_lock cluster
  start=$SECONDS
  [ -d "$STATE" ] || no_other_cluster
  mkdir -p "$STATE"/{bin,log,run,node}
  network
  [ -f "$STATE/pki/done" ] || certificates
  configurations
  commands
  for part in etcd apiserver; do start "$part"; done
  await "the API server" apiserver "$STATE/bin/kubectl" get --raw /readyz
  for part in scheduler manager proxy node; do start "$part"; done
  await "the node's mounts" node test -d "$STATE/node/sysctl"
  start containerd
  await containerd containerd containers version
  containers images import "$runtime/busybox.tar" >/dev/null
  start kubelet
  await "the node" kubelet "$STATE/bin/kubectl" wait --for=condition=Ready "node/$NODE" --timeout=1s
  await "the default account" manager "$STATE/bin/kubectl" get serviceaccount default
  say "Kubernetes $KUBERNETES_VERSION is up after $((SECONDS - start)) s: eval \"\$(scripts/cluster.sh env)\""
}

down() {
  local part
  with_lock cluster
  [ -d "$STATE" ] || return 0
  stop kubelet
  for part in containerd proxy manager scheduler apiserver etcd; do stop "$part"; done
  end_node
  end_cgroups
  ip netns del "$NETNS" 2>/dev/null || true
  rm -rf "$STATE"
}

load() {
  [ -f "${1:-}" ] || fail "load: ${1:-no file} is no archive: scripts/image.sh makes one"
  running kubelet || fail "the cluster is not running: scripts/cluster.sh up"
  built
  containers images import "$1" >&2
}

# The flags are those of docs/audit.md.
audit() {
  running apiserver || fail "the cluster is not running: scripts/cluster.sh up"
  built
  rm -rf "$STATE/audit"
  if [ "${1:-}" != off ]; then
    mkdir "$STATE/audit"
    cp "$1" "$STATE/audit/policy.yaml"
    cp "$2" "$STATE/audit/webhook.yaml"
  fi
  stop apiserver
  start apiserver
  await "the API server" apiserver "$STATE/bin/kubectl" get --raw /readyz
}

env() {
  running apiserver || fail "the cluster is not running: scripts/cluster.sh up"
  printf 'export KUBECONFIG=%q PATH=%q:"$PATH"\n' "$STATE/admin.conf" "$STATE/bin"
}

# A shell with the cluster's environment finds its kubectl and helm first, which lead here again.
PATH=${PATH//"$STATE/bin:"/}
[ "$(id -u)" = 0 ] || fail "a cluster needs root, for namespaces and cgroups"
case ${1:-} in
  up | down | env) "$1" ;;
  load | stop) "$1" "${2:-}" ;;
  start) built && start "${2:-}" ;;
  audit) audit "${2:-}" "${3:-}" ;;
  *) sed -n 's/^#   //p' "${BASH_SOURCE[0]}" >&2; exit 2 ;;
esac
