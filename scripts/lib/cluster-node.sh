#!/usr/bin/env bash
# The mount namespace of the node, kept by a process that waits. What kubelet, containerd and the plugins write at
# fixed places goes to FOLDER or to memory: nothing of it is on the machine, and all of it ends with the namespace.
#   unshare --mount cluster-node.sh FOLDER
set -euo pipefail

folder=$1
mount --make-rslave /
mount --make-rshared / # volumes with propagation ask for it
for place in lib log; do
  mkdir -p "$folder/$place"
  mount --bind "$folder/$place" "/var/$place"
done
mount -t tmpfs -o mode=755 tmpfs /run

# kubelet sets these and ends when it may not; the values of the machine stay what they are.
mkdir -p "$folder/sysctl"
for setting in vm/overcommit_memory vm/panic_on_oom kernel/panic kernel/panic_on_oops \
  kernel/keys/root_maxkeys kernel/keys/root_maxbytes; do
  [ -e "/proc/sys/$setting" ] || continue
  cat "/proc/sys/$setting" >"$folder/sysctl/${setting//\//_}"
  mount --bind "$folder/sysctl/${setting//\//_}" "/proc/sys/$setting"
done
exec sleep infinity
