#!/usr/bin/env bash
# Brings up a real Slurm on this one machine, on loopback: munged, mariadbd, slurmdbd, slurmctld and several nodes, each
# a slurmd of its own. Called again, it starts what is missing. What can be set and reached: clusters/README.md.
set -euo pipefail
. "$(dirname "$(readlink -f "$0")")/rig.sh"
begin "$(readlink -f "$0")" "$@"

packages=(munge slurmctld slurmd slurm-client)
# The -core packages: no service and no questions, and enough for a database of our own.
[ "$ACCOUNTING" != dbd ] ||
    packages+=(slurmdbd slurm-wlm-mysql-plugin mariadb-server-core mariadb-client-core)
install_packages "${packages[@]}"

if [ -e "$CONF" ] && ! grep -q "^$MARK" "$CONF"; then
    die "$CONF is not this rig's: this machine belongs to another Slurm, or did; move the file away if it does not"
fi
choose_limits
make_users
getent hosts "$HOST" >/dev/null || echo "127.0.0.1 $HOST" >>/etc/hosts
make_state slurm ctld sql
mkdir -p /etc/slurm
start_munged

accounting='AccountingStorageType=accounting_storage/none'
[ "$ACCOUNTING" != dbd ] || accounting="AccountingStorageType=accounting_storage/slurmdbd
AccountingStorageHost=127.0.0.1
AccountingStoragePort=$DBD_PORT
AccountingStorageEnforce=associations,limits,qos
AccountingStoreFlags=job_comment"
limits='ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherParams=OverMemoryKill,UsePss'
[ "$LIMITS" != cgroup ] || limits='ProctrackType=proctrack/cgroup
TaskPlugin=task/cgroup
JobAcctGatherType=jobacct_gather/cgroup'
nodes=$(for i in $(seq "$NODES"); do
    echo "NodeName=node$i NodeHostname=$HOST NodeAddr=127.0.0.1 Port=$((NODE_PORT + i)) CPUs=$CPUS" \
        "RealMemory=$MEMORY TmpDisk=1000 Gres=gpu:2 State=UNKNOWN"
done)
# The intervals are a test's: jobs start within a second, a dead node is missed after seconds, not minutes.
# config_overrides lets a node have more processors than the machine. SelectType counts processors and memory.
conf=$(
    cat <<CONF
$MARK
ClusterName=testcluster
SlurmctldHost=$HOST(127.0.0.1)
SlurmctldPort=$CTLD_PORT
SlurmUser=slurm
SlurmdUser=root
AuthType=auth/munge
CredType=cred/munge
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
StateSaveLocation=$RUN/ctld
SlurmctldPidFile=$RUN/slurmctld.pid
SlurmctldLogFile=$RUN/log/slurmctld.log
SlurmdSpoolDir=$RUN/%n
SlurmdPidFile=$RUN/%n.pid
SlurmdLogFile=$RUN/log/%n.log
SlurmctldDebug=info
SlurmdDebug=info
$limits
JobAcctGatherFrequency=task=1
$accounting
JobCompType=jobcomp/filetxt
JobCompLoc=$RUN/log/jobcomp.log
MpiDefault=none
SwitchType=switch/none
SelectType=select/cons_tres
GresTypes=gpu
SelectTypeParameters=CR_CPU_Memory
SlurmdParameters=config_overrides
DefMemPerCPU=100
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=1,sched_min_interval=0,batch_sched_delay=0,bf_interval=1,\
default_queue_depth=1000,bf_max_job_test=1000,partition_job_depth=1000
PriorityType=priority/basic
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
MaxJobCount=50000
MaxArraySize=10001
MinJobAge=300
KillWait=2
CompleteWait=0
SlurmdTimeout=6
SlurmctldTimeout=10
MessageTimeout=5
TCPTimeout=2
BatchStartTimeout=10
InactiveLimit=0
Waittime=0
ReturnToService=2
JobRequeue=1
EnforcePartLimits=ALL
PropagateResourceLimits=NONE
${CLUSTER_SLURM_EXTRA:-}
$nodes
PartitionName=all.q Nodes=node[1-$NODES] Default=YES MaxTime=3-00:00:00 DefaultTime=01:00:00 PriorityTier=2 \
PreemptMode=OFF
PartitionName=long.q Nodes=node[1-$NODES] MaxTime=16-00:00:00 DefaultTime=01:00:00 PriorityTier=2 PreemptMode=OFF
PartitionName=preempt.q Nodes=node[1-$NODES] MaxTime=3-00:00:00 DefaultTime=01:00:00 PriorityTier=1 PreemptMode=REQUEUE
CONF
)
if [ "$(cat "$CONF" 2>/dev/null)" != "$conf" ]; then
    printf '%s\n' "$conf" >"$CONF"
    # GPUs must be files; nothing is done with these.
    printf '%s\n' "$MARK" 'Name=gpu File=/dev/null' 'Name=gpu File=/dev/zero' >/etc/slurm/gres.conf
    # Other nodes need other daemons, not a reconfigured one.
    end "$RUN/slurmctld.pid" slurmctld TERM
    for file in "$RUN"/node*.pid; do [ ! -e "$file" ] || end "$file" slurmd TERM; done
fi
if [ "$LIMITS" = cgroup ]; then
    printf '%s\n' "$MARK" CgroupPlugin=cgroup/v1 CgroupAutomount=no CgroupMountpoint=/sys/fs/cgroup \
        ConstrainRAMSpace=yes ConstrainSwapSpace=no ConstrainCores=no AllowedRAMSpace=100 >/etc/slurm/cgroup.conf
else
    rm -f /etc/slurm/cgroup.conf
fi

# associate USER : may submit to both accounts, and does to the first when it names none. Half a second a call, so only
# for whom it is missing.
associate() {
    local accounts=ihme_general,proj_test account
    [ -z "$(sacctmgr -nP list user "$1" where defaultaccount=ihme_general format=user)" ] || return 0
    if [ -z "$(sacctmgr -nP list account ihme_general format=account)" ]; then
        sacctmgr -iQ add cluster testcluster >/dev/null 2>&1 || true
        for account in ${accounts//,/ }; do sacctmgr -iQ add account "$account" cluster=testcluster >/dev/null; done
    fi
    sacctmgr -iQ add user "$1" account=$accounts defaultaccount=ihme_general cluster=testcluster >/dev/null
    # A user that was there before, as root always is, keeps its default unless told.
    sacctmgr -iQ modify user "$1" where cluster=testcluster set defaultaccount=ihme_general >/dev/null || true
}

if [ "$ACCOUNTING" = dbd ]; then
    start_mariadbd
    sql -e "create database if not exists slurm_acct_db;
        create user if not exists 'slurm'@'127.0.0.1' identified by 'slurm';
        grant all on slurm_acct_db.* to 'slurm'@'127.0.0.1';"
    # 127.0.0.1, because 'localhost' would mean a socket at the usual path. slurmdbd insists on owner and mode.
    (
        umask 077
        printf '%s\n' "$MARK" "DbdHost=$HOST" DbdAddr=127.0.0.1 "DbdPort=$DBD_PORT" AuthType=auth/munge \
            SlurmUser=slurm "LogFile=$RUN/log/slurmdbd.log" "PidFile=$RUN/slurmdbd.pid" DebugLevel=info \
            CommunicationParameters=NoInAddrAny StorageType=accounting_storage/mysql StorageHost=127.0.0.1 \
            "StoragePort=$SQL_PORT" StorageUser=slurm StoragePass=slurm StorageLoc=slurm_acct_db \
            >/etc/slurm/slurmdbd.conf
    )
    chown slurm: /etc/slurm/slurmdbd.conf
    chmod 600 /etc/slurm/slurmdbd.conf
    start_slurmdbd
    for user in $USERS; do associate "$user"; done
fi

start_slurmctld
for i in $(seq "$NODES"); do launch_slurmd "node$i"; done
wait_until 30 "the nodes are registered" nodes_known
for node in $(sinfo -h -N -p all.q -t down,drain -o %N); do
    # One that was missed comes back by itself, one that somebody set down does not.
    scontrol update NodeName="$node" State=RESUME 2>/dev/null || true
done
for i in $(seq "$NODES"); do wait_until 30 "node$i answers" node_answers "node$i"; done
say "up: $NODES nodes of $CPUS processors and $MEMORY MB, accounting $ACCOUNTING, memory limits $LIMITS, users $USERS"
