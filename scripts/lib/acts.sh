# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# The root file system of a container that plays acts. Source it after lib.sh.

ACTS=$REPOSITORY/bpf/build/acts

# Names what acts_root puts together, for a cache.
acts_key() {
  find "$ACTS" -type f -perm -u+x -print0 | sort -z | xargs -0 cat "$@" | sha256sum | cut -c1-16
}

# acts_root FOLDER RUNTIME: busybox, as scripts/container-runtime.sh has unpacked it, and the acts of bpf/tests.
acts_root() {
  local library
  mkdir -p "$1"/{bin,lib64,tmp,models} "$1/lib/x86_64-linux-gnu"
  cp -d "$2"/root/bin/* "$1/bin/"
  find "$ACTS" -type f -perm -u+x -exec cp {} "$1/bin/" \;
  # All acts need the C library only.
  for library in /lib64/ld-linux-x86-64.so.2 /lib/x86_64-linux-gnu/libc.so.6; do cp "$library" "$1$library"; done
}
