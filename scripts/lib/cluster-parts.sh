# shellcheck shell=bash
# The parts of the cluster: how each is started, waited for and ended. Source it after cluster-files.sh.

NETNS=modelwarden-cluster
STATE=$CACHE/cluster
PARTS=(etcd apiserver scheduler manager proxy node containerd kubelet)

# Its containers would lie among those of this cluster, and end with them.
no_other_cluster() {
  local other
  other=$(find /sys/fs/cgroup -maxdepth 2 -name 'kubepods*' | head -1)
  [ -z "$other" ] || fail "$other: a Kubernetes runs on this machine already: use another machine for this one"
}

network() {
  [ -e "/run/netns/$NETNS" ] || ip netns add "$NETNS"
  ip -n "$NETNS" link set lo up
  ip -n "$NETNS" addr replace "$NODE_IP/32" dev lo
  # A node has a way to everywhere, also to what nftables then sends to a pod: the API server calls services.
  ip -n "$NETNS" route replace "$SERVICE_CIDR" dev lo src "$NODE_IP"
  nsenter --net="/run/netns/$NETNS" sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
}

# command_of PART sets `line`.
command_of() {
  local pki=$STATE/pki etcd=http://127.0.0.1:12379
  local in_node=(nsenter --mount="/proc/$(cut -d' ' -f1 "$STATE/run/node.pid" 2>/dev/null)/ns/mnt")
  case $1 in
    etcd)
      line=("$binaries/etcd" --data-dir "$STATE/etcd" --listen-client-urls $etcd --advertise-client-urls $etcd
        --listen-peer-urls http://127.0.0.1:12380 --unsafe-no-fsync --log-level warn)
      ;;
    apiserver)
      line=("$binaries/kube-apiserver" --etcd-servers $etcd --advertise-address "$NODE_IP" --secure-port "$API_PORT"
        --service-cluster-ip-range "$SERVICE_CIDR" --allow-privileged
        --authorization-mode Node,RBAC --enable-admission-plugins NodeRestriction --client-ca-file "$pki/ca.crt"
        --tls-cert-file "$pki/apiserver.crt" --tls-private-key-file "$pki/apiserver.key"
        --service-account-issuer https://kubernetes.default.svc
        --service-account-key-file "$pki/accounts.pub" --service-account-signing-key-file "$pki/accounts.key"
        --kubelet-certificate-authority "$pki/ca.crt" --kubelet-preferred-address-types InternalIP
        --kubelet-client-certificate "$pki/apiserver-kubelet.crt" --kubelet-client-key "$pki/apiserver-kubelet.key")
      [ ! -d "$STATE/audit" ] || line+=(--audit-policy-file "$STATE/audit/policy.yaml"
        --audit-webhook-config-file "$STATE/audit/webhook.yaml" --audit-webhook-batch-max-wait 1s
        --audit-webhook-truncate-enabled --audit-webhook-truncate-max-event-size 8388608
        --audit-webhook-truncate-max-batch-size 10485760)
      ;;
    scheduler) line=("$binaries/kube-scheduler" --kubeconfig "$STATE/scheduler.conf" --leader-elect=false) ;;
    manager)
      line=("$binaries/kube-controller-manager" --kubeconfig "$STATE/manager.conf" --leader-elect=false
        --use-service-account-credentials --service-account-private-key-file "$pki/accounts.key"
        --root-ca-file "$pki/ca.crt" --node-monitor-period 2s)
      ;;
    proxy) line=("$binaries/kube-proxy" --config "$STATE/proxy.yaml") ;;
    node) line=(unshare --mount "$BASH" "$REPOSITORY/scripts/lib/cluster-node.sh" "$STATE/node") ;;
    containerd)
      line=(env PATH="$runtime/usr/bin:$runtime/usr/sbin:$PATH" "${in_node[@]}"
        "$runtime/usr/bin/containerd" --config "$STATE/containerd.toml" --log-level warn)
      ;;
    kubelet)
      line=("${in_node[@]}" "$binaries/kubelet" --config "$STATE/kubelet.yaml" --kubeconfig "$STATE/kubelet.conf"
        --hostname-override "$NODE" --node-ip "$NODE_IP")
      ;;
  esac
}

# A part runs while its process has the start time that it had (a pid comes again) and is not just waiting to be
# reaped, which some first processes of containers never do.
start_time() { awk '$3 != "Z" {print $22}' "/proc/$1/stat" 2>/dev/null; }

running() {
  local pid time
  { read -r pid time <"$STATE/run/$1.pid"; } 2>/dev/null && [ "$(start_time "$pid")" = "$time" ]
}

known() {
  [[ " ${PARTS[*]} " == *" $1 "* ]] || fail "${1:-no name} is no part of the cluster: ${PARTS[*]}"
}

start() {
  local line
  known "$1"
  command_of "$1"
  ! running "$1" || return 0
  # 9 is the lock of this script, which a daemon must not keep.
  setsid nsenter --net="/run/netns/$NETNS" "${line[@]}" >>"$STATE/log/$1.log" 2>&1 </dev/null 9>&- &
  echo "$! $(start_time $!)" >"$STATE/run/$1.pid"
}

stop() {
  local pid
  known "$1"
  running "$1" || return 0
  read -r pid _ <"$STATE/run/$1.pid"
  kill "$pid" 2>/dev/null || true
  for _ in {1..50}; do
    running "$1" || return 0
    sleep 0.2
  done
  kill -KILL "$pid" 2>/dev/null || true
  while running "$1"; do sleep 0.1; done
}

# await WHAT PART COMMAND…: for a minute, as long as the part runs; says what its log says if not.
await() {
  local what=$1 part=$2
  shift 2
  for _ in {1..300}; do
    ! "$@" >/dev/null 2>&1 || return 0
    running "$part" || break
    sleep 0.2
  done
  tail -5 "$STATE/log/$part.log" >&2
  fail "$what is not ready: $STATE/log/$part.log says more"
}

containers() { "$runtime/usr/bin/ctr" --address "$STATE/run/containerd.sock" --namespace k8s.io "$@"; }

# Containers, and then what keeps them: every process in the mount namespace of the node.
end_node() {
  local pid mounts
  find /sys/fs/cgroup -path '*/kubepods/*' -name cgroup.procs -exec cat {} + 2>/dev/null | xargs -r kill -KILL 2>/dev/null || true
  running node || return 0
  read -r pid _ <"$STATE/run/node.pid"
  mounts=$(readlink "/proc/$pid/ns/mnt")
  # Before it has a namespace of its own it is in the machine's, with everybody else.
  [ -n "$mounts" ] && [ "$mounts" != "$(readlink /proc/self/ns/mnt)" ] || { stop node; return; }
  for pid in /proc/[0-9]*; do
    [ "$(readlink "$pid/ns/mnt" 2>/dev/null)" != "$mounts" ] || kill -KILL "${pid#/proc/}" 2>/dev/null || true
  done
}

end_cgroups() {
  local left
  for _ in {1..50}; do
    find /sys/fs/cgroup -depth -type d \( -path '*/kubepods/*' -o -name kubepods \) -exec rmdir {} + 2>/dev/null || true
    left=$(find /sys/fs/cgroup -maxdepth 2 -name kubepods)
    [ -n "$left" ] || return 0
    sleep 0.2
  done
  say "cgroups that could not be removed: ${left//$'\n'/ }"
}
