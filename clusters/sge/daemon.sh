#!/usr/bin/env bash
# usage: clusters/sge/daemon.sh stop|kill|start|pause|continue qmaster|execd
# For tests of faults: returns when the daemon is gone (stop: TERM, kill: KILL) or answers again (start). pause and
# continue make it a daemon that hangs, and one that does not.
set -euo pipefail
. "$(dirname "$(readlink -f "$0")")/rig.sh"
usage() { die "usage: daemon.sh stop|kill|start|pause|continue qmaster|execd"; }
begin "$(readlink -f "$0")" "$@"
action=${1:-} daemon=${2:-}
case "$daemon $#" in
    "qmaster 2") file=$QMASTER_PID ;;
    "execd 2") record_execd && file=$EXECD_PID ;;
    *) usage ;;
esac
case $action in
    stop) end "$file" "sge_$daemon" TERM 20 ;;
    kill) end "$file" "sge_$daemon" KILL ;;
    pause | continue)
        alive "$file" "sge_$daemon" || die "$daemon does not run"
        [ "$action" = pause ] && signal=STOP || signal=CONT
        kill "-$signal" "$(cat "$file")"
        ;;
    start) "start_$daemon" ;;
    *) usage ;;
esac
