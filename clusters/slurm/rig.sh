# The Slurm rig: its settings, and how each of its daemons is started and ended. Sourced by up.sh, down.sh, daemon.sh.
# shellcheck shell=bash
# shellcheck disable=SC2034 # the scripts that source this file read the settings
RIG=slurm
. "$(dirname "${BASH_SOURCE[0]}")/../common.sh"
NODES=${CLUSTER_NODES:-4} CPUS=${CLUSTER_CPUS:-4} MEMORY=${CLUSTER_MEMORY:-4000}
ACCOUNTING=${CLUSTER_ACCOUNTING:-dbd} LIMITS=${CLUSTER_LIMITS:-auto}
# Not the usual ones, so that no daemon of the package gets in the way.
CTLD_PORT=16817 NODE_PORT=17000 DBD_PORT=16819 SQL_PORT=16306
HOST=$(hostname -s)
CONF=/etc/slurm/slurm.conf
MARK='# written by clusters/slurm/up.sh'

sql() { mariadb --no-defaults -S "$RUN/sql/sock" -u root "$@"; }
controller_answers() { timeout 10 scontrol ping 2>/dev/null | grep -q 'is UP'; }
database_answers() { timeout 10 sacctmgr -n list cluster; }
node_answers() { # NODE
    port_answers "$((NODE_PORT + ${1#node}))" || return 1
    # Nobody but the controller knows whether it has heard from the node; without one there is nothing to wait for.
    controller_answers || return 0
    # A star says that the node does not respond.
    [[ "$(sinfo -h -N -n "$1" -p all.q -t idle,mix,alloc,comp -o %T)" =~ ^[^*]+$ ]]
}
# A controller that comes back hears of its nodes within seconds, and starts nothing on those that it has not heard of.
nodes_known() {
    local node
    for node in $(sinfo -h -N -p all.q -t unknown -o %N); do
        ! alive "$RUN/$node.pid" "slurmd -N $node " || return 1
    done
}

start_munged() {
    if ! munge -n >/dev/null 2>&1; then
        mkdir -p /run/munge /var/log/munge /var/lib/munge /etc/munge
        chown munge: /run/munge /var/log/munge /var/lib/munge /etc/munge
        chmod 755 /run/munge
        chmod 711 /var/lib/munge
        chmod 700 /var/log/munge /etc/munge
        [ -s /etc/munge/munge.key ] || as munge mungekey -c -k /etc/munge/munge.key
        rm -f /run/munge/munge.socket.2*
        as munge munged --num-threads=4 --pid-file=/run/munge/munged.pid </dev/null >>"$RUN/log/start.log" 2>&1
        wait_until 10 "munged records its pid" test -s /run/munge/munged.pid
        cp /run/munge/munged.pid "$RUN/munged.pid"
    fi
    wait_until 10 "munged answers" munge -n
}

start_mariadbd() {
    if ! alive "$RUN/mariadbd.pid" mariadbd; then
        port_is_ours $SQL_PORT
        [ -d "$RUN/sql/mysql" ] || mariadb-install-db --no-defaults --user=slurm --datadir="$RUN/sql" --skip-test-db \
            --skip-name-resolve --auth-root-authentication-method=normal --innodb-log-file-size=16M \
            >"$RUN/log/sql-install.log" 2>&1 || die "mariadb-install-db failed, see $RUN/log/sql-install.log"
        # Nothing flushed at a commit: a test's accounting need not survive the machine. The subshell becomes mariadbd,
        # so that its pid is mariadbd's.
        (
            clean_here setsid mariadbd --no-defaults --user=slurm --datadir="$RUN/sql" --bind-address=127.0.0.1 \
                --port=$SQL_PORT --socket="$RUN/sql/sock" --pid-file="$RUN/sql/mariadbd.pid" --skip-name-resolve \
                --skip-log-bin --innodb-buffer-pool-size=32M --innodb-log-file-size=16M \
                --innodb-flush-log-at-trx-commit=0 --innodb-lock-wait-timeout=900 --performance-schema=OFF
        ) &
        echo $! >"$RUN/mariadbd.pid"
    fi
    wait_until 30 "mariadbd answers" sql -e 'select 1'
}

start_slurmdbd() {
    if ! alive "$RUN/slurmdbd.pid" slurmdbd; then
        port_is_ours $DBD_PORT
        clean slurmdbd || die "slurmdbd did not start, see $RUN/log"
    fi
    wait_until 30 "slurmdbd answers" database_answers
}

start_slurmctld() {
    if ! alive "$RUN/slurmctld.pid" slurmctld; then
        port_is_ours $CTLD_PORT
        clean slurmctld || die "slurmctld did not start, see $RUN/log"
    fi
    wait_until 30 "slurmctld answers" controller_answers
}

# launch_slurmd NODE : does not wait, so that several can come up at a time.
launch_slurmd() {
    alive "$RUN/$1.pid" "slurmd -N $1 " && return
    port_is_ours "$((NODE_PORT + ${1#node}))"
    mkdir -p "$RUN/$1"
    clean slurmd -N "$1" || die "slurmd of $1 did not start, see $RUN/log/$1.log"
}

# Where the host lets us make cgroups (v1), the kernel ends a job that needs more memory than it asked for, and Slurm
# says OUT_OF_MEMORY; elsewhere Slurm samples, and says FAILED with signal 9.
choose_limits() {
    [ "$LIMITS" = auto ] || return 0
    local cgroups=/sys/fs/cgroup
    LIMITS=sampled
    if [ -w $cgroups/memory/tasks ] && [ -w $cgroups/freezer/tasks ] && [ -w $cgroups/cpuacct/tasks ] &&
        mkdir -p $cgroups/memory/jobmon_probe 2>/dev/null; then
        rmdir $cgroups/memory/jobmon_probe
        LIMITS=cgroup
    fi
}

# kill_leftovers : steps whose slurmd is gone, known by what they hold open in our state, and the processes of jobs in
# our nodes' cgroups, which outlive a step that was killed.
kill_leftovers() {
    local process child pid
    for process in /proc/[0-9]*; do
        [ "$(cat "$process/comm" 2>/dev/null)" = slurmstepd ] || continue
        [ -n "$(find "$process/fd" "$process/cwd" -lname "$RUN/*" -print -quit 2>/dev/null)" ] || continue
        for child in $(cat "$process"/task/*/children 2>/dev/null) "${process#/proc/}"; do
            kill -KILL "$child" 2>/dev/null
        done
    done
    find /sys/fs/cgroup/freezer/slurm_node* -name cgroup.procs -exec cat {} + 2>/dev/null |
        while read -r pid; do kill -KILL "$pid" 2>/dev/null || true; done || true
    return 0
}
