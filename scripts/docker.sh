#!/usr/bin/env bash
# docker.sh                prints a folder with the distribution's Docker, unpacked and not installed, so that no
#                          daemon starts on this machine; with containerd and runc it is of one release.
# docker.sh run FOLDER     runs its daemon until its input ends, with network and mounts of its own, without a
#                          bridge and without rules: FOLDER has the socket docker.sock, and all that it keeps.
# docker.sh import FOLDER  makes the image local/acts:latest of busybox and the acts of bpf/tests in that daemon.
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/lib/acts.sh
. "$(dirname "$0")/lib/acts.sh"

packages=(docker.io tini libdevmapper1.02.1)

unpack() {
  local package
  apt-get download -qq "${packages[@]}"
  for package in *.deb; do dpkg -x "$package" "$1"; done
}

unpacked() {
  local versions
  versions=$(apt-cache policy "${packages[@]}" | grep Candidate) || true
  [ "$(grep -c . <<<"$versions")" = ${#packages[@]} ] || apt-get update -qq
  versions=$(apt-cache policy "${packages[@]}" | grep Candidate)
  build_once "$CACHE/docker/$(digest "${BASH_SOURCE[0]}" - <<<"$versions")" "unpacking ${packages[*]}" unpack
}

# The socket is outside /run, which is another one in there.
daemon() {
  mount -t tmpfs -o mode=755 tmpfs /run
  exec dockerd --host "unix://$1/docker.sock" --data-root "$1/data" --pidfile "$1/docker.pid" \
    --bridge none --iptables=false --ip-forward=false --oom-score-adjust 0 \
    --exec-opt native.cgroupdriver=cgroupfs
}

run() {
  local docker runtime folder
  docker=$(unpacked)
  runtime=$("$REPOSITORY/scripts/container-runtime.sh")
  mkdir -p "$1"
  folder=$(cd "$1" && pwd)
  export PATH=$docker/usr/sbin:$docker/usr/bin:$runtime/usr/bin:$runtime/usr/sbin:$PATH
  export LD_LIBRARY_PATH=$docker/lib/x86_64-linux-gnu:$docker/usr/lib/x86_64-linux-gnu
  export -f daemon
  unshare --mount --net "$BASH" -ec 'daemon "$1"' daemon "$folder" &
  cat >/dev/null # ends with whoever wanted the daemon
  kill $! 2>/dev/null || true
  wait $! || true
  rm -rf "$folder"
  # Those of another Docker's containers stay.
  find /sys/fs/cgroup -maxdepth 2 -type d -name docker -exec rmdir {} + 2>/dev/null || true
}

import() {
  local scratch docker
  docker=$(unpacked)
  scratch=$(mktemp -d)
  acts_root "$scratch" "$("$REPOSITORY/scripts/container-runtime.sh")"
  tar -C "$scratch" -c . | "$docker/usr/bin/docker" --host "unix://$1/docker.sock" import - local/acts:latest
  rm -rf "$scratch"
}

case ${1:-} in
  '') unpacked ;;
  run) run "${2:?a folder}" ;;
  import) import "${2:?a folder}" ;;
  *) fail "docker.sh [run FOLDER | import FOLDER]" ;;
esac
