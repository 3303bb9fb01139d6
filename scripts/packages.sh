#!/usr/bin/env bash
# Installs what the build and the tests need from the distribution; does nothing when all is there.
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
