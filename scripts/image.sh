#!/usr/bin/env bash
# Prints the path of the agent's image, an OCI archive that is named by what it was made of; makes it, without
# pulling anything, if it is not there. The agent must have been built: make image does both.
#   scripts/image.sh [NAME]     the name in the archive, docker.io/local/modelwarden:test if none is given
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/lib/oci.sh
. "$(dirname "$0")/lib/oci.sh"

name=${1:-docker.io/local/modelwarden:test}
parts=(deploy/image/Dockerfile deploy/image/assemble.sh exporter/bin/java-options exporter/target/modelwarden.jar)
cd "$REPOSITORY"
[ -f exporter/target/modelwarden.jar ] || fail "exporter/target/modelwarden.jar is missing: run make build"
epoch=$(date -u -d "$(sed -n 's/.*<project.build.outputTimestamp>\(.*\)<.*/\1/p' pom.xml)" +%s)

# A root file system with Java and libbpf, from the sources of packages that this machine has.
make_base() {
  SOURCE_DATE_EPOCH=$epoch mmdebstrap --variant=minbase --include="$packages" "$suite" "$1/root.tar"
}

make_image() { cd "$REPOSITORY" && in_store build_and_push "$1/modelwarden.tar"; }

build_and_push() {
  local container
  container=$(buildah "${store[@]}" from scratch)
  buildah "${store[@]}" add --quiet "$container" "$base/root.tar" /
  buildah "${store[@]}" commit --quiet --rm "$container" localhost/base
  say "  assembling" 2>&3
  # seccomp: assemble.sh says what it needs fixed addresses for.
  buildah "${store[@]}" build --isolation chroot --security-opt seccomp=unconfined --timestamp "$epoch" \
    --build-arg BASE=localhost/base --build-arg SOURCE_DATE_EPOCH="$epoch" \
    --file deploy/image/Dockerfile --tag "$name" .
  buildah "${store[@]}" push "$name" "oci-archive:$1:$name"
}

needed mmdebstrap mmdebstrap
packages=openjdk-17-jdk-headless,binutils,libbpf1
suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
versions=$(apt-cache policy ${packages//,/ } | grep Candidate)
base=$(build_once "$CACHE/image-base/$(digest - <<<"$suite $versions")" \
  "making a root file system of $packages (about a minute, once)" make_base)
find "$CACHE/image" -mindepth 1 -maxdepth 1 -mtime +7 -exec rm -rf {} + 2>/dev/null || true # of earlier jars
digest=$(digest "${parts[@]}" - <<<"$name $epoch $base")
folder=$(build_once "$CACHE/image/$digest" "making the image $name (about half a minute)" make_image)
echo "$folder/modelwarden.tar"
