#!/usr/bin/env bash
# Runs the tests of the Python package under every Python from 3.8 to 3.13 that is there, against the executable that
# JOBMON_EXECUTABLE names (else dist/jobmon, else the debug build). Arguments go to unittest: names of tests, -v, -k.
#
#   scripts/test-python.sh
#   PYTHONS="3.8 3.13" scripts/test-python.sh tests.test_queue
#   PYTHONS=oldest scripts/test-python.sh        # of those that are there; so newest, which is none beside no other
set -uo pipefail
cd "$(dirname "$0")/.." || exit

executable=${JOBMON_EXECUTABLE:-}
for candidate in dist/jobmon .build/debug/jobmon; do
    [ -n "$executable" ] || { [ -x "$candidate" ] && executable=$PWD/$candidate; }
done
[ -x "$executable" ] || { echo "test-python: no executable; build one, or set JOBMON_EXECUTABLE"; exit 2; }

# The interpreter of a version: on PATH, or one that pyenv keeps without having put it there.
interpreter() {
    local found
    found=$(command -v "python$1") && "$found" -c '' 2>/dev/null && { echo "$found"; return; }
    command -v pyenv >/dev/null || return 1
    found=$(compgen -G "$(pyenv root)/versions/$1.*/bin/python$1" | sort -V | tail -n 1)
    [ -n "$found" ] && "$found" -c '' 2>/dev/null && echo "$found"
}

# The number of failures, errors or skipped tests in unittest's closing line; 0 when it has none.
number() { { grep -oE "$1=[0-9]+" <<<"$2" || echo "=0"; } | cut -d= -f2; }

versions=${PYTHONS:-3.8 3.9 3.10 3.11 3.12 3.13}
case $versions in oldest | newest)
    there=()
    for version in 3.8 3.9 3.10 3.11 3.12 3.13; do interpreter "$version" >/dev/null && there+=("$version"); done
    if [ "$versions" = oldest ]; then
        versions=${there[0]:-}
    elif [ ${#there[@]} -eq 1 ]; then
        echo "test-python: ${there[0]} is the only Python that is here"
        exit 0
    else
        versions=${there[-1]:-}
    fi
    ;;
esac

passed=0 failed=0 skipped=0 status=0
output=$(mktemp)
trap 'rm -f "$output"' EXIT
for version in $versions; do
    python=$(interpreter "$version") || { echo "== Python $version: not here"; continue; }
    echo "== $("$python" --version) ($executable)"
    if [ $# -gt 0 ]; then arguments=("$@"); else arguments=(discover -s tests -t .); fi
    # -B: no bytecode among the sources.
    # One that hangs says where: it prints the stacks of its threads.
    (cd python && PYTHONPATH=$PWD JOBMON_EXECUTABLE=$executable timeout --foreground --signal=ABRT 900 \
        "$python" -X faulthandler -B -m unittest "${arguments[@]}") >"$output" 2>&1
    code=$?
    ran=$(sed -nE 's/^Ran ([0-9]+) tests?.*/\1/p' "$output" | tail -n 1)
    closing=$(grep -E '^(OK|FAILED|NO TESTS RAN)' "$output" | tail -n 1)
    if [ $code -ne 0 ]; then
        status=1
        cat "$output"
    else
        grep -E '^Ran [0-9]+ test' "$output" | tail -n 1
        echo "$closing"
    fi
    [ -n "$ran" ] || { failed=$((failed + 1)); continue; }
    bad=$(($(number failures "$closing") + $(number errors "$closing")))
    left=$(number skipped "$closing")
    failed=$((failed + bad)) skipped=$((skipped + left)) passed=$((passed + ran - bad - left))
done
[ $((passed + failed)) -gt 0 ] || { echo "test-python: no Python from 3.8 to 3.13 is here"; status=2; }
echo "$passed passed, $failed failed, $skipped skipped"
exit $status
