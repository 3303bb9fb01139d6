#!/usr/bin/env bash
# Prints a folder with containerd, runc and the CNI plugins of the distribution, unpacked and not installed, so that
# no daemon starts on this machine; and busybox.tar, the image docker.io/local/busybox:1 of its static busybox, whose
# one layer is the folder root.
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/lib/oci.sh
. "$(dirname "$0")/lib/oci.sh"

packages=(containerd runc containernetworking-plugins busybox-static)

unpack() {
  local package applet
  apt-get download -qq "${packages[@]}"
  for package in *.deb; do dpkg -x "$package" "$1"; done
  mkdir -p "$1/root/bin" "$1/root/tmp"
  cp "$1/bin/busybox" "$1/root/bin/busybox"
  for applet in $("$1/root/bin/busybox" --list); do
    [ "$applet" = busybox ] || ln -s busybox "$1/root/bin/$applet"
  done
  oci_archive "$1/root" docker.io/local/busybox:1 "$1/busybox.tar" '["/bin/sleep", "infinity"]'
}

versions=$(apt-cache policy "${packages[@]}" | grep Candidate) || true
[ "$(grep -c . <<<"$versions")" = ${#packages[@]} ] || apt-get update -qq
versions=$(apt-cache policy "${packages[@]}" | grep Candidate)
build_once "$CACHE/container-runtime/$(digest "${BASH_SOURCE[0]}" - <<<"$versions")" "unpacking ${packages[*]}" unpack
