# shellcheck shell=bash
# What the set-up scripts share. Source it.
set -euo pipefail

REPOSITORY=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
CACHE=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/modelwarden
# shellcheck source=scripts/versions.env
. "$REPOSITORY/scripts/versions.env"

say() { printf '%s\n' "$*" >&2; }
fail() {
  say "error: $*"
  exit 1
}

# The digest of files and words: what a cached build is named by.
digest() { cat "$@" | sha256sum | cut -c1-16; }

# version_at_least HAVE FLOOR
version_at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -1)" = "$2" ]; }

# One build at a time per target; the second caller waits and finds it done.
with_lock() {
  mkdir -p "$CACHE"
  exec 9>"$CACHE/$1.lock"
  flock 9
}

# Quiet while it goes well; what apt and dpkg said comes out when it does not.
install_packages() {
  local log start=$SECONDS
  log=$(mktemp)
  say "installing $* (up to two minutes, once)"
  if ! { apt-get update -qq &&
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"; } >"$log" 2>&1; then
    tail -30 "$log" >&2
    rm -f "$log"
    fail "apt-get did not install $*: see above; run 'apt-get -f install' and try again"
  fi
  rm -f "$log"
  say "installed in $((SECONDS - start)) s"
}
