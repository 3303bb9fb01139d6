#!/usr/bin/env bash
# render-demo-rules.sh FOLDER: the same rules, evaluated each second, so that a demo need not wait for
# minutes. Windows stay as they are; only the interval, the look back to the last evaluation, the patience with
# late samples and the time over which loading is told shrink with it.
. "$(dirname "$0")/lib.sh"
[ $# = 1 ] || fail "usage: render-demo-rules.sh FOLDER"
mkdir -p "$1"
for rules in "$REPOSITORY"/alert-rules/*.rules.yaml; do
  sed -e 's/interval: 1m$/interval: 1s/' -e 's/query_offset: 1m$/query_offset: 3s/' \
    -e 's/\[1m\]/[1s]/g' -e 's/offset 1m/offset 1s/g' \
    -e '/ rate(.*\[2m\]) > 0$/s/\[2m\]/[4s]/' "$rules" >"$1/$(basename "$rules")"
done
