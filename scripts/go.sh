#!/usr/bin/env bash
# Prints the path of a Go command that builds the collector and Prometheus; installs what is missing.
. "$(dirname "$0")/lib.sh"

usable() { # a Go of 1.21 or newer fetches the toolchain that a module asks for by itself
  local version
  version=$("$1" env GOVERSION 2>/dev/null) || return 1
  version_at_least "${version#go}" 1.21
}

for candidate in "$(command -v go || true)" /usr/local/go/bin/go; do
  if [ -n "$candidate" ] && usable "$candidate"; then
    echo "$candidate"
    exit 0
  fi
done

toolchain=$CACHE/go-$GO_VERSION
if [ ! -x "$toolchain/bin/go" ]; then
  if ! command -v go >/dev/null; then
    install_packages golang-go ca-certificates
  fi
  if usable "$(command -v go)"; then
    command -v go
    exit 0
  fi
  # Too old to switch by itself, but it can fetch the toolchain, which is a module with a checksum.
  say "fetching Go $GO_VERSION as a module"
  scratch=$(mktemp -d)
  trap 'chmod -R u+w "$scratch"; rm -rf "$scratch"' EXIT
  (cd "$scratch" && GOPATH=$scratch GO111MODULE=on GOFLAGS=-modcacherw \
    go mod download "golang.org/toolchain@v0.0.1-go$GO_VERSION.linux-amd64") >&2
  source=$scratch/pkg/mod/golang.org/toolchain@v0.0.1-go$GO_VERSION.linux-amd64
  chmod -R u+w "$source"
  chmod +x "$source"/bin/* "$source"/pkg/tool/*/*
  mkdir -p "$CACHE"
  rm -rf "$toolchain"
  mv "$source" "$toolchain"
fi
echo "$toolchain/bin/go"
