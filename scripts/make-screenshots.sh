#!/usr/bin/env bash
# Takes the pictures of the page for the README into docs/images, of a real run with failures of several causes: light
# and dark, 1440 and 375 px wide.
#
#   scripts/make-screenshots.sh [FOLDER]
set -euo pipefail
cd "$(dirname "$0")/.."

executable=${JOBMON_EXECUTABLE:-$PWD/.build/${CONFIGURATION:-debug}/jobmon}
[ -x "$executable" ] || { echo "make-screenshots: there is no $executable; build it, or set JOBMON_EXECUTABLE" >&2; exit 2; }
scripts/install-browser.sh
JOBMON_EXECUTABLE=$(readlink -f "$executable") .build/browser/bin/python -B Tests/Browser/screenshots.py "${1:-docs/images}"
