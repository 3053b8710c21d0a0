#!/usr/bin/env bash
# Brings up a real (Son of) Grid Engine on this one machine: sge_qmaster and sge_execd, two queues, two parallel
# environments, two projects. Called again, it starts what is missing. What can be set and reached: clusters/README.md.
set -euo pipefail
. "$(dirname "$(readlink -f "$0")")/rig.sh"
begin "$(readlink -f "$0")" "$@"

install_packages gridengine-master gridengine-exec gridengine-client gridengine-drmaa1.0 gridengine-drmaa-dev

# The package leaves this file empty, and an installed Grid Engine names its qmaster in it.
if grep -qs '[^[:space:]]' "$CELL/act_qmaster" && ! grep -q "^$MARK" "$CELL/bootstrap"; then
    die "$CELL is not this rig's: this machine belongs to another Grid Engine"
fi
make_users
HOST=$(hostname -s)
getent hosts "$HOST" >/dev/null || echo "127.0.0.1 $HOST" >>/etc/hosts
make_state sgeadmin qmaster qmaster/job_scripts spooldb execd etc
mkdir -p "$CELL"
chown sgeadmin: "$SGE_ROOT/$SGE_CELL" "$CELL"
# Where the other rig has its pid files, too: directly in the state.
ln -sfn "${QMASTER_PID#"$RUN/"}" "$RUN/qmaster.pid"
ln -sfn "${EXECD_PID#"$RUN/"}" "$RUN/execd.pid"

if ! alive "$QMASTER_PID" sge_qmaster; then
    [ ! -e "$CELL/bootstrap" ] || grep -q "^$MARK" "$CELL/bootstrap" || cp "$CELL/bootstrap" "$CELL/bootstrap.orig"
    cat >"$CELL/bootstrap" <<CONF
$MARK
admin_user              sgeadmin
default_domain          none
ignore_fqdn             true
spooling_method         berkeleydb
spooling_lib            libspoolb
spooling_params         $RUN/spooldb
binary_path             /usr/sbin
qmaster_spool_dir       $RUN/qmaster
security_mode           none
listener_threads        2
worker_threads          2
scheduler_threads       1
CONF
    # All names of this machine are folded into "localhost": where its own name is on 127.0.0.1, looking up the name and
    # looking up the address give different names, which Grid Engine refuses.
    echo localhost >"$CELL/act_qmaster"
    names=$(
        awk '$1 == "127.0.0.1" { for (i = 2; i <= NF; i++) print $i }' /etc/hosts
        hostname
        hostname -f 2>/dev/null || true
    )
    # shellcheck disable=SC2046,SC2086 # a word for each name
    echo localhost $(printf '%s\n' $names | sort -u | grep -vx localhost) >"$CELL/host_aliases"
    chown sgeadmin: "$CELL"/*
    [ -e "$RUN/spooldb/sge" ] ||
        (cd / && as sgeadmin /usr/share/gridengine/scripts/init_cluster "$SGE_ROOT" "$SGE_CELL" "$RUN/spooldb" \
            sgeadmin) >"$RUN/log/init.log" 2>&1 || die "init_cluster failed, see $RUN/log/init.log"
fi
start_qmaster
[ -e "$RUN/etc/configured" ] || . "$(dirname "$(readlink -f "$0")")/objects.sh"
if alive "$EXECD_PID" sge_execd && ! execd_answers; then
    # An execd that lost its qmaster tries again every half minute, a new one at once. Jobs do not notice.
    end "$EXECD_PID" sge_execd TERM
fi
start_execd
say "up: all.q and long.q with $SLOTS slots each, port $SGE_QMASTER_PORT, users $USERS"
