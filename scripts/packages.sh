#!/usr/bin/env bash
# Installs what the build and the tests need from the distribution; does nothing when all is there.
. "$(dirname "$0")/lib.sh"

java_package=openjdk-17-jdk-headless
apt-cache show "$java_package" >/dev/null 2>&1 || java_package=default-jdk-headless
packages=(
  clang llvm libbpf-dev libbpf1 gcc libc6-dev make # kernel side and acts
  "$java_package" maven                            # agent
  iproute2 procps curl ca-certificates git         # demo: namespaces, requests
  clang-format                                     # checks
)
command -v javac >/dev/null && packages=("${packages[@]/$java_package/}")

missing=()
for package in "${packages[@]}"; do
  [ -z "$package" ] || dpkg -s "$package" >/dev/null 2>&1 || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

[ "$(id -u)" = 0 ] || fail "missing packages: ${missing[*]}: run this as root, or with sudo"
say "installing ${missing[*]}"
apt-get update -qq >&2
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2
