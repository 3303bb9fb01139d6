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

# build_once FOLDER WHAT FUNCTION: prints FOLDER; if it is not there, FUNCTION fills "$1", starting in an
# empty folder. What it says goes to a log that is shown if it fails; `say … 2>&3` shows progress.
build_once() {
  local target=$1 what=$2 start=$SECONDS scratch status
  if [ ! -d "$target" ]; then
    with_lock "$(basename "$(dirname "$target")")"
  fi
  if [ ! -d "$target" ]; then
    say "$what"
    scratch=$(mktemp -d)
    rm -rf "$target.new" # left by a run that was interrupted
    mkdir -p "$target.new"
    set +e # and not `||`, in which the function would go on after a failure
    (set -e && cd "$scratch" && "$3" "$target.new") 3>&2 >"$scratch/.log" 2>&1
    status=$?
    set -e
    [ "$status" = 0 ] || tail -20 "$scratch/.log" >&2
    rm -rf "$scratch"
    [ "$status" = 0 ] || fail "failed with status $status: $what"
    mv "$target.new" "$target"
    say "done in $((SECONDS - start)) s"
  fi
  echo "$target"
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
