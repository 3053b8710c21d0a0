#!/usr/bin/env bash
# Runs commands side by side, so many at a time, and prints what each had to say when it is over, one after the other.
# Fails if one of them failed, after all are over; interrupted, it ends them. Standard input has one on each line: a
# word that names it, and the command, for bash. One that takes longer than SIDE_BY_SIDE_LIMIT seconds (1,200 if not
# set) is ended and failed, with what it had said and the processes of that moment: else nobody sees what it waits for.
#
#   scripts/side-by-side.sh NUMBER <<'LANES'
#   first make one
#   second make two
#   LANES
set -uo pipefail
number=$1
work=$(mktemp -d)
limit=${SIDE_BY_SIDE_LIMIT:-1200}
declare -A names=() outputs=() began=() clocks=()
failed=()
# Each command is a process group of its own, so that it can be ended with all that it started.
set -m
end_all() {
    local pid
    for pid in "${!names[@]}"; do kill -TERM -- "-$pid" "-${clocks[$pid]}" 2>/dev/null; done
    wait
    rm -rf "$work"
}
trap 'end_all; exit 130' INT
trap 'end_all; exit 143' TERM HUP

# end_late PID OUTPUT : ends the command of that process group when its time is over, and says what ran then.
end_late() {
    sleep "$limit"
    {
        echo "side-by-side: not over after $limit s; these processes ran:"
        ps --ppid 2 -p 2 --deselect -o pid,ppid,pgid,stat,etime,wchan:20,args --forest | cut -c 1-200
    } >>"$2"
    kill -TERM -- "-$1"
    sleep 10
    kill -KILL -- "-$1"
} 2>/dev/null

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
    kill -TERM -- "-${clocks[$pid]}" 2>/dev/null
    cat "${outputs[$pid]}"
    echo "== ${names[$pid]}: $([ $status = 0 ] && echo ended well || echo "failed ($status)"), $((SECONDS - began[$pid])) s"
    [ $status = 0 ] || failed+=("${names[$pid]}")
    unset "names[$pid]" "clocks[$pid]"
}

while read -r name command; do
    [ -n "$name" ] || continue
    [ ${#names[@]} -lt "$number" ] || finish
    bash -c "$command; exit \$?" >"$work/$name" 2>&1 </dev/null &
    pid=$!
    names[$pid]=$name outputs[$pid]=$work/$name began[$pid]=$SECONDS
    end_late "$pid" "$work/$name" </dev/null >/dev/null &
    clocks[$pid]=$!
    disown $!
done
while [ ${#names[@]} -gt 0 ]; do finish; done
rm -rf "$work"
[ ${#failed[@]} -eq 0 ] || { echo "side-by-side: failed: ${failed[*]}" >&2; exit 1; }
