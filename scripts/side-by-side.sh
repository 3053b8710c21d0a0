#!/usr/bin/env bash
# Runs commands side by side, so many at a time, and prints what each had to say when it is over, one after the other.
# Fails if one of them failed, after all are over; interrupted, it ends them. Standard input has one on each line: a
# word that names it, and the command, for bash.
#
#   scripts/side-by-side.sh NUMBER <<'LANES'
#   first make one
#   second make two
#   LANES
set -uo pipefail
number=$1
work=$(mktemp -d)
declare -A names=() outputs=() began=()
failed=()
# Each command is a process group of its own, so that it can be ended with all that it started.
set -m
end_all() {
    local pid
    for pid in "${!names[@]}"; do kill -TERM -- "-$pid" 2>/dev/null; done
    wait
    rm -rf "$work"
}
trap 'end_all; exit 130' INT
trap 'end_all; exit 143' TERM HUP

# finish : waits until one is over, and prints it.
finish() {
    local pid='' status
    wait -n -p pid "${!names[@]}"
    status=$?
    if [ -z "$pid" ]; then
        # One that a signal ended is known to be over already, and is asked for by itself.
        for pid in "${!names[@]}"; do kill -0 "$pid" 2>/dev/null || break; done
        wait "$pid"
        status=$?
    fi
    cat "${outputs[$pid]}"
    echo "== ${names[$pid]}: $([ $status = 0 ] && echo ended well || echo "failed ($status)"), $((SECONDS - began[$pid])) s"
    [ $status = 0 ] || failed+=("${names[$pid]}")
    unset "names[$pid]"
}

while read -r name command; do
    [ -n "$name" ] || continue
    [ ${#names[@]} -lt "$number" ] || finish
    bash -c "$command; exit \$?" >"$work/$name" 2>&1 </dev/null &
    names[$!]=$name outputs[$!]=$work/$name began[$!]=$SECONDS
done
while [ ${#names[@]} -gt 0 ]; do finish; done
rm -rf "$work"
[ ${#failed[@]} -eq 0 ] || { echo "side-by-side: failed: ${failed[*]}" >&2; exit 1; }
