#!/usr/bin/env bash
# Takes the Slurm rig down: cancels its jobs, ends its daemons by their recorded pids and what they left behind; with
# --wipe removes state, database and configuration too.
set -uo pipefail
. "$(dirname "$(readlink -f "$0")")/rig.sh"
begin "$(readlink -f "$0")" "$@"

if alive "$RUN/slurmctld.pid" slurmctld; then
    jobs=$(timeout 5 squeue -h -o %A 2>/dev/null | sort -un)
    if [ -n "$jobs" ]; then
        # shellcheck disable=SC2086
        timeout 10 scancel $jobs 2>/dev/null
        for _ in $(seq 50); do
            [ -n "$(timeout 5 squeue -h -o %A 2>/dev/null)" ] || break
            sleep 0.1
        done
    fi
fi
end "$RUN/slurmctld.pid" slurmctld TERM
for file in "$RUN"/node*.pid; do [ ! -e "$file" ] || end "$file" slurmd TERM; done
kill_leftovers
end "$RUN/slurmdbd.pid" slurmdbd TERM
end "$RUN/mariadbd.pid" mariadbd TERM 20
if alive "$RUN/munged.pid" munged; then
    end "$RUN/munged.pid" munged TERM
    rm -f /run/munge/munged.pid
fi
for directory in /sys/fs/cgroup/{memory,freezer,cpuacct}/slurm_node*; do
    [ ! -d "$directory" ] || find "$directory" -depth -type d -exec rmdir {} + 2>/dev/null
done
if [ "${1:-}" = --wipe ]; then
    rm -rf "$RUN"
    ! grep -qs "^$MARK" "$CONF" || rm -f "$CONF" /etc/slurm/slurmdbd.conf /etc/slurm/cgroup.conf
fi
exit 0
