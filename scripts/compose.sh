#!/usr/bin/env bash
# Prints the path of Docker Compose, built from Go modules: it reads deploy/compose as its users' does. No daemon is
# needed for that.
. "$(dirname "$0")/lib.sh"

build() {
  local go module
  go=$("$REPOSITORY/scripts/go.sh")
  export PATH=$(dirname "$go"):$PATH CGO_ENABLED=0 GOFLAGS=-mod=mod GOTOOLCHAIN=auto
  module=$(go mod download -json "github.com/docker/compose/v2@v$COMPOSE_VERSION" |
    sed -n 's/.*"Dir": "\(.*\)".*/\1/p')
  # Built where its own go.mod is the main one, so that its replace lines count.
  cp -r "$module" compose
  chmod -R u+w compose
  cd compose
  go build -trimpath \
    -ldflags "-s -w -X github.com/docker/compose/v2/internal.Version=v$COMPOSE_VERSION" -o "$1/docker-compose" ./cmd
}

folder=$(build_once "$CACHE/compose/$COMPOSE_VERSION-$(digest "${BASH_SOURCE[0]}")" \
  "building Docker Compose $COMPOSE_VERSION from Go modules (about two minutes, once)" build)
echo "$folder/docker-compose"
