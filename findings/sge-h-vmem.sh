#!/usr/bin/env bash
# Grid Engine, h_vmem: what it limits.
#
# One would guess: one thing, the address space of a process (as ulimit -v shows in the job) or the memory of the job.
# What happens: both. Each process gets an address space of that size; a program that wants more gets no memory, says so
# and goes on or exits, and the record of the end says nothing (failed 0). And all processes of the job together may not
# have more than that in use: three of 400 MiB, each well within its own limit of 1 GiB, are killed by the node's daemon.
# Address space that is only reserved does not count for that: three of 900 MiB each are left alone.
# Why it matters: a job that starts four processes needs the limit of all four, and the two ends look like two causes: an
# error of the program, and a signal that nobody explains.
clusters=$(readlink -f "$(dirname "$0")/../clusters")
. "$(dirname "$0")/lib.sh"
[ "$(id -u)" = 0 ] || unavailable "a Grid Engine of one's own needs root"
debian_packages gridengine-master=8.1.9+dfsg-10+b1 gridengine-exec=8.1.9+dfsg-10+b1 gridengine-client=8.1.9+dfsg-10+b1

# One machine with a qmaster and an execd; no parameter is about memory.
# shellcheck source=clusters/env.sh
. "$clusters/env.sh"
if ! timeout 20 qstat >"$work/qstat.log" 2>&1; then
    trap '"$clusters/sge/down.sh" >/dev/null 2>&1; rm -rf "$work"' EXIT
    "$clusters/sge/up.sh" >"$work/up.log" 2>&1 || unavailable "Grid Engine could not be started"
fi

# in_job NAME: runs the script on stdin as a job with h_vmem=1G; its output is in NAME.out, its record in NAME.record.
in_job() {
    cat >"$1.sh"
    echo "\$ qsub -l h_vmem=1G $1.sh"
    local id record
    id=$(qsub -terse -cwd -j y -o "$1.out" -l h_vmem=1G -S /bin/bash "$1.sh") || unavailable "qsub refused the job"
    for _ in $(seq 90); do
        record=$(qacct -j "$id" 2>/dev/null) && break
        sleep 1
    done
    printf '%s\n' "$record" >"$1.record"
    show output "$1.out"
    grep -E '^(failed|exit_status|maxvmem)' "$1.record" | sed 's/^/    record: /'
}

in_job alone <<'JOB'
ulimit -v
python3 -c 'bytearray(1200 << 20)'
echo "ended with $?"
JOB
expected "the job is killed for its memory, or nothing is limited per process"
claim "a process has an address space of 1 GiB" says alone.out 1048576
claim "a program that wants more gets no memory" says alone.out MemoryError
claim "and Grid Engine's record says nothing of it" grep -qE '^failed +0 *$' alone.record

in_job three <<'JOB'
for i in 1 2 3; do python3 -c 'import time; x = bytearray(400 << 20); time.sleep(60)' & done
wait
echo all ended
JOB
expected "they run, as each keeps its limit"
claim "three of 400 MiB are killed" says three.record '137 '
claim "with the number that limits of time have, too" grep -qE '^failed +37 ' three.record

in_job reserved <<'JOB'
for i in 1 2 3; do
    python3 -c 'import mmap, time; x = mmap.mmap(-1, 850 << 20, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS); time.sleep(12)' &
done
wait
echo all ended
JOB
expected "2.5 GiB of address space count, as they do for each process"
claim "what is only reserved does not count for all together" says reserved.out "all ended"
claim "and is not in maxvmem" grep -qE '^maxvmem +[0-9.]+MB' reserved.record
finish
