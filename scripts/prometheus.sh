#!/usr/bin/env bash
# Prints the folder that holds prometheus and promtool: the one of PROMETHEUS, one on the PATH, or one
# built from Go modules. query_offset and the OTLP receiver are needed: 3.x.
. "$(dirname "$0")/lib.sh"

new_enough() {
  local version
  version=$("$1" --version 2>&1 | grep -oE '[0-9]+\.[0-9]+\.[0-9]+' | head -1) || return 1
  version_at_least "$version" 3.0.0 && return 0
  say "$1 is version $version, 3.0.0 or newer is needed"
  return 1
}

if [ -n "${PROMETHEUS:-}" ]; then
  new_enough "$PROMETHEUS" || fail "PROMETHEUS=$PROMETHEUS cannot be used: unset it, and one is built"
  [ -x "$(dirname "$PROMETHEUS")/promtool" ] ||
    fail "PROMETHEUS=$PROMETHEUS has no promtool beside it: put it there, or unset PROMETHEUS"
  dirname "$PROMETHEUS"
  exit 0
fi
if command -v prometheus >/dev/null && [ -x "$(dirname "$(command -v prometheus)")/promtool" ] &&
  new_enough "$(command -v prometheus)"; then
  dirname "$(command -v prometheus)"
  exit 0
fi

target=$CACHE/prometheus/$PROMETHEUS_VERSION-$(digest "${BASH_SOURCE[0]}")
if [ ! -x "$target/promtool" ]; then
  with_lock prometheus
  if [ ! -x "$target/promtool" ]; then
    go=$("$REPOSITORY/scripts/go.sh")
    say "building Prometheus $PROMETHEUS_VERSION from Go modules (about three minutes, once)"
    start=$SECONDS
    scratch=$(mktemp -d)
    trap 'rm -rf "$scratch"' EXIT
    export PATH=$(dirname "$go"):$PATH CGO_ENABLED=0 GOFLAGS=-mod=mod GOTOOLCHAIN=auto
    cd "$scratch"
    module=$(go mod download -json "github.com/prometheus/prometheus@v$PROMETHEUS_MODULE_VERSION" |
      sed -n 's/.*"GoMod": "\(.*\)".*/\1/p')
    # A module's own replace and exclude lines count only in the main module: they are repeated.
    {
      echo "module local"
      grep -E '^go ' "$module"
      echo "require github.com/prometheus/prometheus v$PROMETHEUS_MODULE_VERSION"
      awk '/^(replace|exclude) \(/,/^\)/' "$module"
      grep -E '^(replace|exclude) [^(]' "$module" || true
    } >go.mod
    mkdir -p "$target.new"
    for command in prometheus promtool; do
      # The version is not in the module: its own build stamps it, and so does this one.
      go build -trimpath -tags remove_all_sd \
        -ldflags "-s -w -X github.com/prometheus/common/version.Version=$PROMETHEUS_VERSION" -o "$target.new/$command" \
        "github.com/prometheus/prometheus/cmd/$command" >"$scratch/log" 2>&1 ||
        { tail -20 "$scratch/log" >&2; fail "$command did not build"; }
    done
    rm -rf "$target"
    mv "$target.new" "$target"
    say "built in $((SECONDS - start)) s"
  fi
fi
echo "$target"
