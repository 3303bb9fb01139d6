#!/usr/bin/env bash
# Checks the systemd unit: every line is understood, and what it leaves open is no more than it was (0 to 100).
. "$(dirname "$0")/lib.sh"

unit=$(mktemp -d)/modelwarden.service
trap 'rm -rf "$(dirname "$unit")"' EXIT
# The program need not be installed here for its unit to be right.
sed 's#^ExecStart=[^ ]*#ExecStart=/bin/true#' "$REPOSITORY/deploy/systemd/modelwarden.service" >"$unit"
said=$(systemd-analyze verify "$unit" 2>&1) || true
[ -z "$said" ] || fail "deploy/systemd/modelwarden.service: $said"
systemd-analyze security --offline=true --threshold=30 --no-pager "$unit" | tail -1
