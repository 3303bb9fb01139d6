# shellcheck shell=bash
# What the parts of the cluster read: certificates, kubeconfigs, configurations. Source it after lib.sh.

NODE=node1
NODE_IP=10.250.0.1 # on the loopback of the cluster's own network namespace
API_PORT=6443
SERVICE_CIDR=10.96.0.0/16
POD_CIDR=10.244.7.0/24

# certificate NAME SUBJECT ALTERNATIVE_NAMES, signed by the cluster's authority
certificate() {
  openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"
  openssl req -new -key "$1.key" -subj "$2" -out "$1.csr"
  openssl x509 -req -in "$1.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days 30 -out "$1.crt" \
    -extfile <(printf 'extendedKeyUsage=serverAuth,clientAuth\nsubjectAltName=%s\n' "$3")
}

# kubeconfig NAME SUBJECT: a client certificate and the file that uses it
kubeconfig() {
  certificate "$1" "$2" "DNS:$1"
  cat >"$STATE/$1.conf" <<C
apiVersion: v1
kind: Config
clusters: [{name: test, cluster: {server: "https://$NODE_IP:$API_PORT", certificate-authority: $STATE/pki/ca.crt}}]
users: [{name: $1, user: {client-certificate: $STATE/pki/$1.crt, client-key: $STATE/pki/$1.key}}]
contexts: [{name: test, context: {cluster: test, user: $1}}]
current-context: test
C
}

certificates() {
  mkdir -p "$STATE/pki"
  (
    cd "$STATE/pki"
    openssl ecparam -name prime256v1 -genkey -noout -out ca.key
    openssl req -x509 -new -key ca.key -subj /CN=test-authority -days 30 -out ca.crt
    openssl genrsa -out accounts.key 2048
    openssl rsa -in accounts.key -pubout -out accounts.pub
    certificate apiserver /CN=kube-apiserver \
      "IP:$NODE_IP,IP:10.96.0.1,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc"
    certificate apiserver-kubelet /O=system:masters/CN=kube-apiserver-kubelet DNS:apiserver
    certificate kubelet-server "/CN=$NODE" "IP:$NODE_IP,DNS:$NODE"
    kubeconfig admin /O=system:masters/CN=admin
    kubeconfig kubelet "/O=system:nodes/CN=system:node:$NODE"
    kubeconfig scheduler /CN=system:kube-scheduler
    kubeconfig manager /CN=system:kube-controller-manager
    kubeconfig proxy /CN=system:kube-proxy
    touch done
  ) >/dev/null 2>"$STATE/log/pki.log" || fail "no certificates: $(tail -3 "$STATE/log/pki.log")"
}

configurations() {
  local version1=false
  [ "$(stat -fc %T /sys/fs/cgroup)" = cgroup2fs ] || version1=true
  mkdir -p "$STATE/cni"
  cat >"$STATE/cni/10-ptp.conflist" <<C
{"cniVersion": "1.0.0", "name": "test", "plugins": [{"type": "ptp", "ipMasq": false,
  "ipam": {"type": "host-local", "ranges": [[{"subnet": "$POD_CIDR"}]], "routes": [{"dst": "0.0.0.0/0"}]}}]}
C
  # restrict_oom_score_adj, and failSwapOn and the like of kubelet: what a sandboxed machine does not allow.
  cat >"$STATE/containerd.toml" <<C
version = 2
root = "$STATE/node/containerd"
state = "/run/containerd"
[grpc]
  address = "$STATE/run/containerd.sock"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "docker.io/local/busybox:1"
  restrict_oom_score_adj = true
  disable_apparmor = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "$runtime/usr/lib/cni"
    conf_dir = "$STATE/cni"
C
  cat >"$STATE/kubelet.yaml" <<C
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
containerRuntimeEndpoint: unix://$STATE/run/containerd.sock
address: $NODE_IP
healthzBindAddress: $NODE_IP
tlsCertFile: $STATE/pki/kubelet-server.crt
tlsPrivateKeyFile: $STATE/pki/kubelet-server.key
authentication: {anonymous: {enabled: false}, webhook: {enabled: true}, x509: {clientCAFile: $STATE/pki/ca.crt}}
authorization: {mode: Webhook}
cgroupDriver: cgroupfs
failCgroupV1: $([ $version1 = true ] && echo false || echo true)
failSwapOn: false
makeIPTablesUtilChains: false
enforceNodeAllocatable: []
oomScoreAdj: 0
evictionHard: {memory.available: "50Mi", nodefs.available: "1%", imagefs.available: "1%"}
syncFrequency: 5s
C
  cat >"$STATE/proxy.yaml" <<C
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
mode: nftables
clientConnection: {kubeconfig: $STATE/proxy.conf}
clusterCIDR: $POD_CIDR
bindAddress: $NODE_IP
hostnameOverride: $NODE
conntrack: {maxPerCore: 0, min: 0, tcpEstablishedTimeout: 0s, tcpCloseWaitTimeout: 0s}
C
}

# Commands that reach the cluster from a shell on the machine.
commands() {
  local command
  for command in "$binaries/kubectl" "$helm"; do
    printf '#!/bin/sh\nexport KUBECONFIG="${KUBECONFIG:-%s}"\nexec nsenter --net=/run/netns/%s %s "$@"\n' \
      "$STATE/admin.conf" "$NETNS" "$command" >"$STATE/bin/$(basename "$command")"
    chmod +x "$STATE/bin/$(basename "$command")"
  done
}
