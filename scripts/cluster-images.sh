#!/usr/bin/env bash
# Prints the paths of the images that the cluster's tests need besides the agent's, made if they are not there:
# docker.io/local/acts:test (busybox and the acts of bpf/tests) and docker.io/local/otelcol:test (the collector).
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/lib/oci.sh
. "$(dirname "$0")/lib/oci.sh"
# shellcheck source=scripts/lib/acts.sh
. "$(dirname "$0")/lib/acts.sh"

[ -x "$ACTS/read_file" ] || fail "$ACTS/read_file is missing: run make build"
collector=$("$REPOSITORY/scripts/collector.sh")
runtime=$("$REPOSITORY/scripts/container-runtime.sh")

make_acts() {
  acts_root root "$runtime"
  oci_archive "$PWD/root" docker.io/local/acts:test "$1/acts.tar" '["/bin/sleep", "infinity"]'
}

make_collector() {
  mkdir -p root/tmp
  cp "$collector" root/otelcol
  oci_archive "$PWD/root" docker.io/local/otelcol:test "$1/otelcol.tar" '["/otelcol"]'
}

key=$(acts_key "${BASH_SOURCE[0]}" "$REPOSITORY/scripts/lib/acts.sh")
folder=$(build_once "$CACHE/cluster-images/acts-$key" "making the image of the acts" make_acts)
echo "$folder/acts.tar"
key=$(digest "${BASH_SOURCE[0]}" - <<<"$collector")
folder=$(build_once "$CACHE/cluster-images/otelcol-$key" "making the image of the collector" make_collector)
echo "$folder/otelcol.tar"
