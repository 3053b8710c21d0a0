# The rig's configuration, queues and what jobs may ask for; sourced by up.sh, once for each spool.
# shellcheck shell=bash
objects=$RUN/etc
change() {
    as sgeadmin "$BIN/qconf" "$@" >>"$RUN/log/qconf.log" 2>&1 || {
        tail -3 "$RUN/log/qconf.log" >&2
        die "qconf $* failed"
    }
}
for option in -am\ root -ah\ localhost -as\ localhost; do
    # They may be there already, which qconf calls an error.
    # shellcheck disable=SC2086
    as sgeadmin "$BIN/qconf" $option >>"$RUN/log/qconf.log" 2>&1 || true
done

# set_values NAME VALUE ... : replaces lines of a configuration that qconf printed.
set_values() {
    local script=
    while [ $# -gt 0 ]; do
        script+="s#^$1 .*#$1 $2#;"
        shift 2
    done
    sed -E "$script"
}

# min_uid 0, because root's jobs are to run too. A record is in the accounting as soon as the job has ended. qconf takes
# the configuration's name from the file's.
"$BIN/qconf" -sconf global | set_values execd_spool_dir "$RUN/execd" min_uid 0 min_gid 0 \
    gid_range "$FIRST_JOB_GROUP-$LAST_JOB_GROUP" shell_start_mode unix_behavior load_report_time 00:00:02 \
    max_unheard 00:00:10 mailer /bin/true loglevel log_info finished_jobs 0 \
    reporting_params "accounting=true reporting=false flush_time=00:00:01 accounting_flush_time=00:00:00 joblog=false \
sharelog=00:00:00" qmaster_params ENABLE_FORCED_QDEL=true execd_params ENABLE_ADDGRP_KILL=true >"$objects/global"
change -Mconf "$objects/global"

# Every second, and after each submit and each end.
"$BIN/qconf" -ssconf | set_values schedule_interval 0:0:1 flush_submit_sec 1 flush_finish_sec 1 \
    job_load_adjustments NONE load_adjustment_decay_time 0:0:0 schedd_job_info true maxujobs 0 >"$objects/scheduler"
change -Msconf "$objects/scheduler"

# Names that other Grid Engines have: memory and threads a slot, GPUs, and whether the host has the archive.
{
    "$BIN/qconf" -sc | grep -v '^#'
    echo 'm_mem_free  mfree  MEMORY <= YES YES 0 0'
    echo 'fthread     fthr   INT    <= YES YES 0 0'
    echo 'gpu         gpu    INT    <= YES YES 0 0'
    echo 'archive     arch_d BOOL   == YES NO  0 0'
} >"$objects/complexes"
change -Mc "$objects/complexes"

for name in smp multi_slot; do
    cat >"$objects/$name" <<CONF
pe_name            $name
slots              999
user_lists         NONE
xuser_lists        NONE
start_proc_args    NONE
stop_proc_args     NONE
allocation_rule    \$pe_slots
control_slaves     FALSE
job_is_first_task  TRUE
urgency_slots      min
accounting_summary TRUE
qsort_args         NONE
CONF
    change -Ap "$objects/$name"
done
for name in ihme_general proj_test; do
    printf '%s\n' "name $name" 'oticket 0' 'fshare 0' 'acl NONE' 'xacl NONE' >"$objects/$name"
    change -Aprj "$objects/$name"
done
cat >"$objects/host" <<CONF
hostname         localhost
load_scaling     NONE
complex_values   slots=$((SLOTS * 2)),m_mem_free=16G,fthread=$((SLOTS * 2)),gpu=8,archive=TRUE
user_lists       NONE
xuser_lists      NONE
projects         NONE
xprojects        NONE
usage_scaling    NONE
report_variables NONE
CONF
change -Ae "$objects/host"
printf '%s\n' 'group_name @allhosts' 'hostlist localhost' >"$objects/group"
change -Ahgrp "$objects/group"

# load_thresholds NONE, or a busy small machine starts nothing.
make_queue() { # NAME LONGEST
    local limit
    {
        cat <<CONF
qname              $1
hostlist           @allhosts
seq_no             0
load_thresholds    NONE
suspend_thresholds NONE
nsuspend           1
suspend_interval   00:05:00
priority           0
min_cpu_interval   00:00:10
processors         UNDEFINED
qtype              BATCH INTERACTIVE
ckpt_list          NONE
pe_list            smp multi_slot
rerun              FALSE
slots              $SLOTS
tmpdir             /tmp
shell              /bin/bash
prolog             NONE
epilog             NONE
shell_start_mode   unix_behavior
starter_method     NONE
suspend_method     NONE
resume_method      NONE
terminate_method   NONE
notify             00:00:02
owner_list         NONE
user_lists         NONE
xuser_lists        NONE
subordinate_list   NONE
complex_values     NONE
projects           NONE
xprojects          NONE
calendar           NONE
initial_state      default
s_rt               INFINITY
h_rt               $2
CONF
        for limit in cpu fsize data stack core rss vmem; do
            printf '%s INFINITY\n' "s_$limit" "h_$limit"
        done
    } >"$objects/$1"
    change -Aq "$objects/$1"
}
make_queue all.q 72:00:00
make_queue long.q 384:00:00
touch "$objects/configured"
