#!/usr/bin/env bash
# Takes the Grid Engine rig down: deletes its jobs, ends its daemons by their recorded pids and what they left behind;
# with --wipe removes spool, accounting and configuration too.
set -uo pipefail
. "$(dirname "$(readlink -f "$0")")/rig.sh"
begin "$(readlink -f "$0")" "$@"

if alive "$QMASTER_PID" sge_qmaster; then
    timeout 10 "$BIN/qdel" -f -u '*' >/dev/null 2>&1
    for _ in $(seq 30); do
        [ -n "$(timeout 5 "$BIN/qstat" -u '*' 2>/dev/null)" ] || break
        sleep 0.1
    done
fi
record_execd
end "$EXECD_PID" sge_execd TERM
kill_leftovers
# The qmaster takes seven seconds to put its spool in order, which is not needed for one that is removed.
[ "${1:-}" = --wipe ] && signal=KILL || signal=TERM
end "$QMASTER_PID" sge_qmaster "$signal" 20
if [ "${1:-}" = --wipe ]; then
    rm -rf "$RUN"
    if grep -qs "^$MARK" "$CELL/bootstrap"; then
        rm -f "$CELL"/{accounting,host_aliases,reporting,bootstrap}
        : >"$CELL/act_qmaster"
        [ ! -e "$CELL/bootstrap.orig" ] || mv "$CELL/bootstrap.orig" "$CELL/bootstrap"
    fi
fi
exit 0
