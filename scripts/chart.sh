#!/usr/bin/env bash
# The chart's examples and refusals.
#   scripts/chart.sh check       lint; each example renders to what is committed; each values file of
#                                deploy/helm/refused is refused with the message of its first line
#   scripts/chart.sh examples    renders the examples anew
. "$(dirname "$0")/lib.sh"

chart=$REPOSITORY/deploy/helm/modelwarden
helm=$("$REPOSITORY/scripts/helm.sh")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# Helm says of each link that it follows it.
helm() { "$helm" "$@" 2> >(grep -v 'found symbolic link in path' >&2); }

# render CASE FOLDER: one file for each template
render() {
  helm template modelwarden "$chart" --namespace modelwarden --values "$chart/examples/$1/values.yaml" \
    --output-dir "$scratch/$1" >/dev/null
  rm -rf "$2"
  mkdir -p "$2"
  cp -r "$scratch/$1/modelwarden/templates/." "$2"
}

cases() { (cd "$chart/examples" && printf '%s\n' */ | tr -d /); }

examples() {
  local case
  for case in $(cases); do render "$case" "$chart/examples/$case/rendered"; done
}

check_example() {
  helm lint --strict --quiet "$chart" --values "$chart/examples/$1/values.yaml"
  render "$1" "$scratch/new/$1"
  diff -ru "$chart/examples/$1/rendered" "$scratch/new/$1" ||
    fail "example $1 is not what the chart renders: run scripts/chart.sh examples and look at the difference"
}

check_refusal() {
  local expected
  expected=$(sed -n '1s/^# //p' "$1")
  if "$helm" template modelwarden "$chart" --values "$1" >/dev/null 2>"$scratch/said"; then
    fail "$1 is not refused: $expected"
  fi
  grep -qF -- "$expected" "$scratch/said" || fail "$1 is refused, but not with \"$expected\": $(tail -3 "$scratch/said")"
}

# Too large for an example: each board comes out of its ConfigMap as it went in.
check_dashboards() {
  helm template modelwarden "$chart" --values "$chart/examples/operator/values.yaml" \
    --set dashboards.enabled=true --show-only templates/dashboards.yaml >"$scratch/dashboards"
  python3 - "$scratch/dashboards" "$REPOSITORY"/dashboards/*.json <<'PYTHON' || fail "the boards are not what the chart renders"
import json, pathlib, re, sys

rendered = pathlib.Path(sys.argv[1]).read_text()
found = {name: json.loads(text) for name, text in re.findall(r"^  (\S+\.json): (.*)$", rendered, re.M)}
sys.exit(found != {pathlib.Path(path).name: pathlib.Path(path).read_text() for path in sys.argv[2:]})
PYTHON
}

check() {
  local case values count=1
  check_dashboards
  for case in $(cases); do
    check_example "$case"
    count=$((count + 1))
  done
  for values in "$REPOSITORY"/deploy/helm/refused/*.yaml; do
    check_refusal "$values"
    count=$((count + 1))
  done
  echo "$count passed, 0 failed"
}

case ${1:-} in
  check | examples) "$1" ;;
  *) sed -n 's/^#   //p' "${BASH_SOURCE[0]}" >&2; exit 2 ;;
esac
