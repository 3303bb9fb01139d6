#!/usr/bin/env bash
# packages.sh [tests]: installs what the build and the demo need from the distribution, with `tests` what
# these need besides; does nothing when all is there.
. "$(dirname "$0")/lib.sh"

java_package=openjdk-17-jdk-headless
apt-cache show "$java_package" >/dev/null 2>&1 || java_package=default-jdk-headless
packages=(
  clang llvm libbpf-dev libbpf1 gcc libc6-dev make # kernel side and acts
  "$java_package" maven                            # agent
  iproute2 procps curl python3 ca-certificates git # demo: namespaces, requests, reports
  bpftrace                                         # benchmark
  clang-format                                     # checks
)
command -v javac >/dev/null && packages=("${packages[@]/$java_package/}")
if [ "${1:-}" = tests ]; then
  packages+=(
    python3-venv strace                              # loaders of models, and what they really do
    wget openssl openssh-client perl busybox         # thieves …
    rsync rclone socat ncat netcat-openbsd rust-coreutils
    dropbear-bin openssh-sftp-server                 # … and where they send to: none starts a service
    xfsprogs btrfs-progs                             # files that share blocks
  )
  command -v npm >/dev/null || packages+=(nodejs npm) # dashboards against what Grafana publishes
fi

installed() { # also no: unpacked and then not configured
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

missing=()
for package in "${packages[@]}"; do
  [ -z "$package" ] || installed "$package" || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

[ "$(id -u)" = 0 ] || fail "missing packages: ${missing[*]}: run this as root, or with sudo"
install_packages "${missing[@]}"
