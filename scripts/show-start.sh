#!/usr/bin/env bash
# Prints an executable's size, and how long it takes from its start to its end: the median of 41 runs each of
# `--version` (the full program) and `exec -- true` (the fast path), beside `true` alone.
#
#   scripts/show-start.sh EXECUTABLE
set -euo pipefail
executable=$1
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT

median() {
    local times=() started
    for _ in {1..41}; do
        started=${EPOCHREALTIME/[.,]/}
        "$@" >/dev/null 2>&1
        times+=($((${EPOCHREALTIME/[.,]/} - started)))
    done
    printf '%s\n' "${times[@]}" | sort -n | sed -n 21p | awk '{ printf "%.1f ms", $1 / 1000 }'
}

size=$(stat -c %s "$executable")
echo "$executable: $((size / 1000000)) MB; --version $(median "$executable" --version)," \
    "exec -- true $(median "$executable" exec -d "$directory/none" -- true), true alone $(median env true)"
