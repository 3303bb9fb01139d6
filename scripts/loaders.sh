#!/usr/bin/env bash
# Prints the path of a Python that has the real loaders of models, at the versions and digests of
# loaders.requirements.txt; makes its environment when there is none.
. "$(dirname "$0")/lib.sh"

"$REPOSITORY/scripts/packages.sh" tests
python=/usr/bin/python3 # not one of the user's own: the environment is cached for all of them
requirements=$REPOSITORY/scripts/loaders.requirements.txt
target=$CACHE/loaders/$(digest "$requirements" "${BASH_SOURCE[0]}")-$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
if [ ! -x "$target/bin/python" ]; then
  with_lock loaders
  if [ ! -x "$target/bin/python" ]; then
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
      fail "$python is $("$python" --version): the loaders need Python 3.11 or newer"
    say "making an environment with the real loaders of models (about half a minute, once)"
    start=$SECONDS
    log=$(mktemp)
    trap 'rm -rf "$log" "$target.new"' EXIT
    rm -rf "$target.new" # left by a run that was interrupted
    mkdir -p "$(dirname "$target")"
    { "$python" -m venv "$target.new" &&
      "$target.new/bin/pip" install --require-hashes --only-binary :all: --requirement "$requirements"; } >"$log" 2>&1 ||
      { tail -20 "$log" >&2; fail "the loaders were not installed: see above"; }
    mv "$target.new" "$target"
    say "made in $((SECONDS - start)) s"
  fi
fi
echo "$target/bin/python" # only this: other programs there name the folder it was made in
