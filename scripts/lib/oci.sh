# shellcheck shell=bash
# Images from folders, without a daemon and without pulling. Source it after lib.sh.

# needed COMMAND PACKAGE: installs the package if the command is not there.
needed() {
  command -v "$1" >/dev/null || install_packages "$2"
}

# in_store FUNCTION ARGUMENT…: runs it with a buildah whose images and containers go away afterwards.
in_store() {
  local scratch status
  needed buildah buildah
  scratch=$(mktemp -d)
  store=(--root "$scratch/storage" --runroot "$scratch/run")
  set +e
  (set -e && "$@")
  status=$?
  set -e
  buildah "${store[@]}" rm --all >/dev/null 2>&1 || true
  buildah "${store[@]}" rmi --all --force >/dev/null 2>&1 || true
  umount "$scratch/storage/overlay" 2>/dev/null || true
  rm -rf "$scratch"
  return "$status"
}

# oci_archive FOLDER NAME ARCHIVE ENTRYPOINT: an image whose one layer is the folder. ENTRYPOINT is a JSON list.
oci_archive() {
  in_store _oci_archive "$@"
}

_oci_archive() {
  local container
  container=$(buildah "${store[@]}" from scratch)
  buildah "${store[@]}" add --quiet "$container" "$1" /
  buildah "${store[@]}" config --entrypoint "$4" --env PATH=/bin "$container"
  buildah "${store[@]}" commit --quiet --timestamp 0 --rm "$container" "$2"
  buildah "${store[@]}" push --quiet "$2" "oci-archive:$3:$2"
}
