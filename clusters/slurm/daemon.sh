#!/usr/bin/env bash
# usage: clusters/slurm/daemon.sh stop|kill|start|pause|continue slurmctld|slurmdbd|mariadbd|munged|slurmd NODE
# For tests of faults: returns when the daemon is gone (stop: TERM, kill: KILL) or answers again (start). pause and
# continue make it a daemon that hangs, and one that does not.
set -euo pipefail
. "$(dirname "$(readlink -f "$0")")/rig.sh"
usage() { die "usage: daemon.sh stop|kill|start|pause|continue slurmctld|slurmdbd|mariadbd|munged|slurmd NODE"; }
begin "$(readlink -f "$0")" "$@"
action=${1:-} daemon=${2:-}
case "$daemon $#" in
    "slurmd 3") file=$RUN/$3.pid words="slurmd -N $3 " ;;
    "slurmctld 2" | "slurmdbd 2" | "mariadbd 2" | "munged 2") file=$RUN/$daemon.pid words=$daemon ;;
    *) usage ;;
esac
case $action in
    stop) end "$file" "$words" TERM 20 ;;
    kill) end "$file" "$words" KILL ;;
    pause | continue)
        alive "$file" "$words" || die "$daemon does not run"
        [ "$action" = pause ] && signal=STOP || signal=CONT
        kill "-$signal" "$(cat "$file")"
        ;;
    start)
        if [ "$daemon" = slurmd ]; then
            launch_slurmd "$3"
            wait_until 30 "$3 answers" node_answers "$3"
        else
            "start_$daemon"
            [ "$daemon" != slurmctld ] || wait_until 30 "the nodes are registered" nodes_known
        fi
        ;;
    *) usage ;;
esac
