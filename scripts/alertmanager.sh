#!/usr/bin/env bash
# Prints the folder that holds alertmanager and amtool: the one of ALERTMANAGER, or one built from Go modules.
. "$(dirname "$0")/lib.sh"

if [ -n "${ALERTMANAGER:-}" ]; then
  [ -x "$ALERTMANAGER" ] && [ -x "$(dirname "$ALERTMANAGER")/amtool" ] ||
    fail "ALERTMANAGER=$ALERTMANAGER is no program with amtool beside it: unset it, and one is built"
  dirname "$ALERTMANAGER"
  exit 0
fi

build() {
  local go module command
  go=$("$REPOSITORY/scripts/go.sh")
  export PATH=$(dirname "$go"):$PATH CGO_ENABLED=0 GOFLAGS=-mod=mod GOTOOLCHAIN=auto
  module=$(go mod download -json "github.com/prometheus/alertmanager@v$ALERTMANAGER_VERSION" |
    sed -n 's/.*"Dir": "\(.*\)".*/\1/p')
  # The module embeds pages of its web interface that it does not hold: npm makes them, and no test looks at them.
  cp -r "$module" alertmanager
  chmod -R u+w alertmanager
  mkdir -p alertmanager/ui/app/dist
  touch alertmanager/ui/app/dist/index.html
  cd alertmanager
  for command in alertmanager amtool; do
    go build -trimpath \
      -ldflags "-s -w -X github.com/prometheus/common/version.Version=$ALERTMANAGER_VERSION" -o "$1/$command" "./cmd/$command"
  done
}

build_once "$CACHE/alertmanager/$ALERTMANAGER_VERSION-$(digest "${BASH_SOURCE[0]}")" \
  "building Alertmanager $ALERTMANAGER_VERSION from Go modules (about a minute, once)" build
