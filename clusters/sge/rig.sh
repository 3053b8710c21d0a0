# The Grid Engine rig: its settings, and how its two daemons are started. Sourced by up.sh, down.sh, daemon.sh.
# shellcheck shell=bash
# shellcheck disable=SC2034 # the scripts that source this file read the settings
RIG=sge
. "$(dirname "${BASH_SOURCE[0]}")/../common.sh"
. "$(dirname "${BASH_SOURCE[0]}")/../env.sh"
SLOTS=${CLUSTER_SLOTS:-8}
# With it qconf prints a value on one line, which can be edited by line.
export SGE_SINGLE_LINE=1
CELL=$SGE_ROOT/$SGE_CELL/common
BIN=/usr/lib/gridengine
QMASTER_PID=$RUN/qmaster/qmaster.pid
EXECD_PID=$RUN/execd/localhost/execd.pid
MARK='# written by clusters/sge/up.sh'
# Grid Engine gives each job a group id of these; by it we know a job's processes whatever became of its shepherd.
FIRST_JOB_GROUP=64100 LAST_JOB_GROUP=64199

qmaster_answers() { timeout 5 "$BIN/qconf" -sss; }
execd_answers() { # a queue whose host has not been heard of has no load, or the state u
    local row
    row=$(timeout 5 "$BIN/qstat" -f -q all.q 2>/dev/null | awk '$1 == "all.q@localhost" { print $4, $6 }')
    [ -n "$row" ] && [[ "$row" != *NA* ]] && [[ "$row" != *u* ]]
}

sge() {
    clean SGE_ROOT="$SGE_ROOT" SGE_CELL="$SGE_CELL" SGE_ARCH="$(/usr/share/gridengine/util/arch)" \
        SGE_QMASTER_PORT="$SGE_QMASTER_PORT" SGE_EXECD_PORT="$SGE_EXECD_PORT" "$@"
}

start_qmaster() {
    if ! alive "$QMASTER_PID" sge_qmaster; then
        port_is_ours "$SGE_QMASTER_PORT"
        sge sge_qmaster || die "sge_qmaster did not start, see $RUN/log"
    fi
    wait_until 30 "sge_qmaster answers" qmaster_answers
}

# record_execd : an execd writes its pid down only when the qmaster has answered it; until then we do, by the port that it
# was started with, so that it can be ended.
record_execd() {
    local process
    ! alive "$EXECD_PID" sge_execd || return 0
    for process in /proc/[0-9]*; do
        if [ "$(cat "$process/comm" 2>/dev/null)" = sge_execd ] &&
            tr '\0' '\n' 2>/dev/null <"$process/environ" | grep -qx "SGE_EXECD_PORT=$SGE_EXECD_PORT"; then
            install -d -o sgeadmin "$(dirname "$EXECD_PID")"
            echo "${process#/proc/}" >"$EXECD_PID"
            chown sgeadmin: "$EXECD_PID"
        fi
    done
    return 0
}

# The qmaster takes a moment to see that an execd which came back is back, so it is asked, if there is one.
start_execd() {
    record_execd
    if ! alive "$EXECD_PID" sge_execd; then
        port_is_ours "$SGE_EXECD_PORT"
        sge sge_execd || die "sge_execd did not start, see $RUN/log"
    fi
    wait_until 30 "sge_execd listens" port_answers "$SGE_EXECD_PORT"
    ! alive "$QMASTER_PID" sge_qmaster || wait_until 60 "sge_execd reports its load" execd_answers
}

# kill_leftovers : shepherds, which stay in our spool directory, and the processes of jobs.
kill_leftovers() {
    local process groups
    for process in /proc/[0-9]*; do
        if [ "$(cat "$process/comm" 2>/dev/null)" = sge_shepherd ]; then
            [[ "$(readlink "$process/cwd")" != "$RUN"/* ]] || kill -KILL "${process#/proc/}" 2>/dev/null
        else
            groups=$(sed -n 's/^Groups://p' "$process/status" 2>/dev/null)
            for group in $groups; do
                [ "$group" -lt $FIRST_JOB_GROUP ] || [ "$group" -gt $LAST_JOB_GROUP ] ||
                    kill -KILL "${process#/proc/}" 2>/dev/null
            done
        fi
    done
    return 0
}
