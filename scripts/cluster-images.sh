#!/usr/bin/env bash
# Prints the paths of the images that the cluster's tests need besides the agent's, made if they are not there:
# docker.io/local/acts:test (busybox and the acts of bpf/tests) and docker.io/local/otelcol:test (the collector).
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/lib/oci.sh
. "$(dirname "$0")/lib/oci.sh"

acts=$REPOSITORY/bpf/build/acts
[ -x "$acts/read_file" ] || fail "$acts/read_file is missing: run make build"
collector=$("$REPOSITORY/scripts/collector.sh")
runtime=$("$REPOSITORY/scripts/container-runtime.sh")

make_acts() {
  local library
  mkdir -p root/{bin,lib64,tmp,models} root/lib/x86_64-linux-gnu
  cp -d "$runtime"/root/bin/* root/bin/
  find "$acts" -type f -perm -u+x -exec cp {} root/bin/ \;
  # All acts need the C library only.
  for library in /lib64/ld-linux-x86-64.so.2 /lib/x86_64-linux-gnu/libc.so.6; do cp "$library" "root$library"; done
  oci_archive "$PWD/root" docker.io/local/acts:test "$1/acts.tar" '["/bin/sleep", "infinity"]'
}

make_collector() {
  mkdir -p root/tmp
  cp "$collector" root/otelcol
  oci_archive "$PWD/root" docker.io/local/otelcol:test "$1/otelcol.tar" '["/otelcol"]'
}

key=$(find "$acts" -type f -perm -u+x -print0 | sort -z | xargs -0 cat "${BASH_SOURCE[0]}" | sha256sum | cut -c1-16)
folder=$(build_once "$CACHE/cluster-images/acts-$key" "making the image of the acts" make_acts)
echo "$folder/acts.tar"
key=$(digest "${BASH_SOURCE[0]}" - <<<"$collector")
folder=$(build_once "$CACHE/cluster-images/otelcol-$key" "making the image of the collector" make_collector)
echo "$folder/otelcol.tar"
