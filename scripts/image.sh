#!/usr/bin/env bash
# Prints the path of the agent's image, an OCI archive that is named by what it was made of; makes it, without
# pulling anything, if it is not there. The agent must have been built: make image does both.
#   scripts/image.sh [NAME]     the name in the archive, docker.io/local/modelwarden:test if none is given
. "$(dirname "$0")/lib.sh"

name=${1:-docker.io/local/modelwarden:test}
parts=(deploy/image/Dockerfile deploy/image/assemble.sh exporter/bin/java-options exporter/target/modelwarden.jar)
cd "$REPOSITORY"
[ -f exporter/target/modelwarden.jar ] || fail "exporter/target/modelwarden.jar is missing: run make build"
epoch=$(date -u -d "$(sed -n 's/.*<project.build.outputTimestamp>\(.*\)<.*/\1/p' pom.xml)" +%s)

needed() { # COMMAND PACKAGE
  command -v "$1" >/dev/null || install_packages "$2"
}

# A root file system with Java and libbpf, from the sources of packages that this machine has.
make_base() {
  SOURCE_DATE_EPOCH=$epoch mmdebstrap --variant=minbase --include="$packages" "$suite" "$1/root.tar"
}

make_image() {
  local store=(--root "$PWD/storage" --runroot "$PWD/run") container
  # Not overlay on overlay, and no daemon: whole copies in the scratch folder, which goes away.
  trap 'buildah "${store[@]}" rm --all >/dev/null; buildah "${store[@]}" rmi --all --force >/dev/null' RETURN
  container=$(buildah "${store[@]}" from scratch)
  buildah "${store[@]}" add --quiet "$container" "$base/root.tar" /
  buildah "${store[@]}" commit --quiet --rm "$container" localhost/base
  say "  assembling" 2>&3
  # seccomp: assemble.sh says what it needs fixed addresses for.
  buildah "${store[@]}" build --isolation chroot --security-opt seccomp=unconfined --timestamp "$epoch" \
    --build-arg BASE=localhost/base --build-arg SOURCE_DATE_EPOCH="$epoch" \
    --file deploy/image/Dockerfile --tag "$name" "$REPOSITORY"
  buildah "${store[@]}" push "$name" "oci-archive:$1/modelwarden.tar:$name"
}

needed mmdebstrap mmdebstrap
needed buildah buildah
packages=openjdk-17-jdk-headless,libbpf1
suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
versions=$(apt-cache policy ${packages//,/ } | grep Candidate)
base=$(build_once "$CACHE/image-base/$(digest - <<<"$suite $versions")" \
  "making a root file system of $packages (about a minute, once)" make_base)
digest=$(digest "${parts[@]}" - <<<"$name $epoch $base")
echo "$(build_once "$CACHE/image/$digest" "making the image $name (about half a minute)" make_image)/modelwarden.tar"
