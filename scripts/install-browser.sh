#!/usr/bin/env bash
# Installs what the tests of the page need: Debian's Chromium, and into .build/browser a Python environment with the
# programs that drive it, at the versions below. Nothing is installed twice. No browser is downloaded.
#
#   scripts/install-browser.sh
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/install-deps.sh browser

packages=(playwright==1.65.2 axe-playwright-python==0.1.8)
venv=$PWD/.build/browser
[ "$(cat "$venv/versions" 2>/dev/null)" = "${packages[*]}" ] && "$venv/bin/python" -c 'import playwright' 2>/dev/null && exit 0
echo "Installing into .build/browser: ${packages[*]}" >&2
rm -rf "$venv"
python3 -m venv "$venv"
"$venv/bin/pip" install --quiet --disable-pip-version-check "${packages[@]}" || {
    echo "install-browser: pip cannot install ${packages[*]}; the tests of the page need PyPI or a mirror of it" >&2
    exit 1
}
echo "${packages[*]}" >"$venv/versions"
