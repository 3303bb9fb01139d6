#!/usr/bin/env bash
# draw.sh FOLDER: draws each board into FOLDER, 1280 wide, dark, and the first one light too, from the
# answers that DashboardQueriesTest has left. Nothing is asked of a network but packages, once.
. "$(dirname "$0")/../../lib.sh"
[ $# = 1 ] || fail "usage: draw.sh FOLDER"
ANSWERS=$REPOSITORY/exporter/target/dashboards
[ -d "$ANSWERS" ] || fail "no answers in $ANSWERS: run DashboardQueriesTest first (make dashboards)"
browser=$(command -v chromium || command -v google-chrome) || fail "a chromium is needed: apt-get install chromium"
grafana=$("$REPOSITORY/scripts/grafana.sh")
mkdir -p "$1"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$REPOSITORY"/scripts/dashboards/draw/*.ts* "$work"
ln -s "$grafana/node_modules" "$work/node_modules"
"$grafana/node_modules/.bin/esbuild" "$work/board.tsx" --bundle --outfile="$work/board.js" --log-level=error \
  --define:global=window --define:process.env.NODE_ENV='"production"' $(printf -- "--loader:.%s=dataurl " ttf svg woff woff2) ||
  fail "the components were not bundled"

draw() { # draw BOARD DARK PICTURE [HEIGHT]
  (cd "$work" && node "$REPOSITORY/scripts/dashboards/draw/page.mjs" "$1" "$ANSWERS" "$2") >"$work/page.html"
  "$browser" --headless --no-sandbox --disable-gpu --hide-scrollbars --window-size=1280,"${4:-800}" \
    --enable-logging=stderr --virtual-time-budget=20000 --allow-file-access-from-files --screenshot="$3" "file://$work/page.html" \
    >"$work/log" 2>&1 && ! grep "not drawn:\|Uncaught" "$work/log" >&2 || fail "$1 was not drawn"
}
for board in "$REPOSITORY"/dashboards/*.json; do
  height=800
  [ "$(basename "$board")" != fleet-cost.json ] || height=1340 # what it costs stands below
  draw "$board" true "$1/$(basename "$board" .json).png" "$height"
done
draw "$REPOSITORY/dashboards/model-perimeter.json" false "$1/model-perimeter-light.png"
