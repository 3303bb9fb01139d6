#!/usr/bin/env bash
# Prints the path of an OpenTelemetry Collector for this configuration: the one named by OTELCOL, one on
# the PATH, or one built from Go modules with exactly the parts that are used.
. "$(dirname "$0")/lib.sh"

new_enough() {
  local version
  version=$("$1" --version 2>/dev/null | grep -oE '[0-9]+\.[0-9]+\.[0-9]+' | head -1) || return 1
  version_at_least "$version" "$COLLECTOR_VERSION" && return 0
  say "$1 is version $version, $COLLECTOR_VERSION or newer is needed"
  return 1
}

if [ -n "${OTELCOL:-}" ]; then
  new_enough "$OTELCOL" || fail "OTELCOL=$OTELCOL cannot be used: unset it, and one is built"
  echo "$OTELCOL"
  exit 0
fi
if command -v otelcol-contrib >/dev/null && new_enough "$(command -v otelcol-contrib)"; then
  command -v otelcol-contrib
  exit 0
fi

distribution=$REPOSITORY/otel-collector-config/distribution
target=$CACHE/collector/$(digest "$distribution/manifest.yaml")
if [ ! -x "$target/modelwarden-otelcol" ]; then
  with_lock collector
  if [ ! -x "$target/modelwarden-otelcol" ]; then
    go=$("$REPOSITORY/scripts/go.sh")
    say "building the collector $COLLECTOR_VERSION from Go modules (about four minutes, once)"
    start=$SECONDS
    scratch=$(mktemp -d)
    trap 'rm -rf "$scratch"' EXIT
    cp -r "$distribution/." "$scratch"
    # GOTOOLCHAIN: distributions and images that say "local" would keep an older Go from fetching a newer.
    export PATH=$(dirname "$go"):$PATH CGO_ENABLED=0 GOTOOLCHAIN=auto
    (cd "$scratch" && go run "go.opentelemetry.io/collector/cmd/builder@v$COLLECTOR_VERSION" \
      --config manifest.yaml --ldflags="-s -w") >"$scratch/log" 2>&1 ||
      { tail -20 "$scratch/log" >&2; fail "the collector did not build"; }
    mkdir -p "$(dirname "$target")"
    rm -rf "$target" "$target.new" # the second one is left by a run that was interrupted
    mkdir "$target.new"
    mv "$scratch/build/modelwarden-otelcol" "$target.new/"
    mv "$target.new" "$target"
    say "built in $((SECONDS - start)) s"
  fi
fi
echo "$target/modelwarden-otelcol"
