#!/usr/bin/env bash
# Checks Python: ruff (lint) over python/ and Tests/Browser, mypy --strict over python/jobmon. python/pyproject.toml has the
# rules. pip installs both tools, at the versions below, into .build/check-tools.
#
#   scripts/check-python.sh
set -euo pipefail
cd "$(dirname "$0")/.."

# mypy 1.14 is the last version that can check for Python 3.8.
tools=(ruff==0.17.6 mypy==1.14.1)
venv=$PWD/.build/check-tools
if [ "$(cat "$venv/versions" 2>/dev/null)" != "${tools[*]}" ]; then
    rm -rf "$venv"
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check "${tools[@]}"
    echo "${tools[*]}" >"$venv/versions"
fi

failed=0
cd python
"$venv/bin/ruff" check --quiet --cache-dir "$venv/ruff-cache" --config pyproject.toml --config 'src=[".", "../Tests/Browser"]' \
    . ../Tests/Browser || failed=1
"$venv/bin/mypy" --no-error-summary --cache-dir "$venv/mypy-cache" || failed=1
[ $failed = 0 ] && echo "check-python: nothing found"
exit $failed
