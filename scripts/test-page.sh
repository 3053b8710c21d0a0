#!/usr/bin/env bash
# Runs the tests of the page (Tests/Browser) in Debian's Chromium, three files at once, against the executable that
# JOBMON_EXECUTABLE names (else that of the build). Arguments are names of files, without their ending.
#
#   scripts/test-page.sh
#   scripts/test-page.sh test_door test_table
set -euo pipefail
cd "$(dirname "$0")/.."

executable=${JOBMON_EXECUTABLE:-$PWD/.build/${CONFIGURATION:-debug}/jobmon}
[ -x "$executable" ] || { echo "test-page: there is no $executable; build it, or set JOBMON_EXECUTABLE" >&2; exit 2; }
JOBMON_EXECUTABLE=$(readlink -f "$executable")
export JOBMON_EXECUTABLE
scripts/install-browser.sh

# The longest first.
files=(test_axe_light test_axe_dark test_report test_actions test_door test_numbers test_away test_table test_mosaic
    test_filters test_access test_large test_cluster)
[ $# -eq 0 ] || files=("$@")
cd Tests/Browser
for file in "${files[@]}"; do
    # -B: no bytecode among the sources. One that hangs says where.
    echo "$file timeout --foreground --signal=ABRT 600 ../../.build/browser/bin/python -X faulthandler -B -m unittest -v $file"
done | ../../scripts/side-by-side.sh $(($(nproc) + 1))
