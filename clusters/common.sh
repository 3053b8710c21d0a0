# What both rigs share; sourced by their scripts, which have set RIG (slurm or sge) before.
# shellcheck shell=bash
export LC_ALL=C
ROOT_RUN=${CLUSTER_RUN:-${TMPDIR:-/tmp}/jobmon-clusters}
RUN=$ROOT_RUN/$RIG
# Jobs are submitted by whoever runs the tests, and by one ordinary user, so that what differs for root shows.
USERS=${CLUSTER_USERS:-root tester ${SUDO_USER:-}}

say() { printf 'clusters/%s: %s\n' "$RIG" "$*" >&2; }
die() {
    say "ERROR: $*"
    exit 1
}

# begin SCRIPT ARGUMENTS... : root only, and one script of a rig at a time. flock -o, because a daemon that inherits the
# lock's descriptor would hold the lock for as long as it lives.
begin() {
    [ "$(id -u)" = 0 ] || die "$1 starts daemons that must be root: run it as root"
    [ "${CLUSTER_LOCK_HELD:-}" = "$RIG" ] ||
        CLUSTER_LOCK_HELD=$RIG exec flock -o "/run/lock/jobmon-clusters-$RIG.lock" "$@"
}

# alive PIDFILE WORDS : the recorded process runs, and is still the daemon (pids are reused). A zombie has an empty
# cmdline and counts as dead: where PID 1 is slow to reap, kill -0 would go on succeeding for seconds.
alive() {
    [ -s "$1" ] && [[ "$(tr '\0' ' ' 2>/dev/null <"/proc/$(cat "$1")/cmdline")" == *"$2"* ]]
}

running() { [ -n "$(tr -d '\0' 2>/dev/null <"/proc/$1/cmdline")" ]; }

# end PIDFILE WORDS SIGNAL [SECONDS] : signals the recorded process and waits until it is gone, at last with KILL.
end() {
    local pid left=$((${4:-10} * 20))
    if alive "$1" "$2"; then
        pid=$(cat "$1")
        kill "-$3" "$pid" 2>/dev/null || true
        # A stopped process takes no TERM.
        [ "$3" = KILL ] || kill -CONT "$pid" 2>/dev/null || true
        while running "$pid"; do
            left=$((left - 1))
            [ $left -gt 0 ] || kill -KILL "$pid" 2>/dev/null || true
            sleep 0.05
        done
    fi
    rm -f "$1"
}

# wait_until SECONDS WHAT COMMAND... : until the command succeeds.
wait_until() {
    local left=$(($1 * 10)) what=$2
    shift 2
    until "$@" >/dev/null 2>&1; do
        left=$((left - 1))
        [ $left -gt 0 ] || die "waited in vain until $what; see the logs in $RUN"
        sleep 0.1
    done
}

port_answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# Ports and configuration files are the machine's, so there is one rig of a kind on it.
port_is_ours() {
    ! port_answers "$1" || die "port $1 is taken by another process: is a rig up with another CLUSTER_RUN than" \
        "$ROOT_RUN, or was that directory removed while its daemons ran?"
}

# clean COMMAND... : with nothing of our environment, directory or descriptors. A daemon hands its environment on to
# jobs, and one that kept our stdout would keep whoever reads it waiting.
clean() { (clean_here "$@"); }

# clean_here COMMAND... : in place of this shell.
clean_here() {
    cd /
    exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 "$@" </dev/null >>"$RUN/log/start.log" 2>&1
}

as() {
    local user=$1
    shift
    setpriv --reuid "$user" --regid "$(id -g "$user")" --init-groups -- "$@"
}

# install_packages PACKAGE... : what is missing of them, asking nothing and starting nothing.
install_packages() {
    local missing=() package log policy=/usr/sbin/policy-rc.d try
    for package; do
        dpkg -s "$package" 2>/dev/null | grep -q '^Status: .* installed$' || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    command -v apt-get >/dev/null || die "wants Debian 12, and there the packages ${missing[*]}"
    say "installing ${missing[*]}"
    log=$(mktemp)
    if [ ! -e $policy ]; then
        # Packages that start their daemons would start them with a configuration that is not ours.
        printf '#!/bin/sh\nexit 101\n' >$policy
        chmod 755 $policy
        # shellcheck disable=SC2064 # the path is that of now
        trap "rm -f $policy" EXIT
    else
        policy=
    fi
    for try in 1 2 3; do
        # Another apt at the same time may empty the archive's cache under this one, so that it fails: once more.
        if [ $try -gt 1 ] || ! compgen -G '/var/lib/apt/lists/*Packages*' >/dev/null; then
            apt-get -o DPkg::Lock::Timeout=300 update -q >"$log" 2>&1 || true
        fi
        DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y -q --no-install-recommends \
            "${missing[@]}" >"$log" 2>&1 </dev/null && break
        if [ $try = 3 ]; then
            tail -20 "$log" >&2
            die "apt-get could not install ${missing[*]}"
        fi
        sleep 5
    done
    rm -f "$log"
    [ -z "$policy" ] || rm -f "$policy"
}

# make_state OWNER DIRECTORY... : the state's directories, which the daemons' user must be able to reach.
make_state() {
    local owner=$1
    shift
    mkdir -p "$RUN/log" "${@/#/$RUN/}"
    chown "$owner:" "$RUN" "$RUN/log" "${@/#/$RUN/}"
    chmod 755 "$ROOT_RUN" "$RUN"
    as "$owner" test -x "$RUN" || die "the user $owner can't enter $RUN: choose another CLUSTER_RUN"
}

make_users() {
    local user
    for user in $USERS; do
        id "$user" >/dev/null 2>&1 || useradd -m -s /bin/bash "$user"
    done
}
