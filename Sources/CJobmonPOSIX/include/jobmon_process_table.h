// The processes of this host, with the values that show which job they belong to.
#ifndef JOBMON_PROCESS_TABLE_H
#define JOBMON_PROCESS_TABLE_H

#include <stdint.h>
#include <sys/types.h>

// A process according to /proc.
struct jobmon_process {
    pid_t pid, parent, group, session;
    uid_t user;
    char state;  // the letter of /proc/PID/stat
    char unsettled;  // 1: our process, without an environment: it may be in the middle of an execve
    int64_t started;  // clock ticks since boot
    // From its initial environment; empty: not set, or not readable.
    char instance[129];  // JOBMON_INSTANCE
    char slurm_job[32];  // SLURM_JOB_ID
    char grid_job[32];  // JOB_ID
};

/// All processes except this one and kernel threads, with the environments of our user's. Returns their number, of
/// which at most `capacity` are written; -1 with errno if /proc cannot be read.
ssize_t jobmon_process_table(struct jobmon_process *found, size_t capacity);

/// The texts of a record, which Swift sees as tuples.
const char *jobmon_process_instance(const struct jobmon_process *process);
const char *jobmon_process_slurm_job(const struct jobmon_process *process);
const char *jobmon_process_grid_job(const struct jobmon_process *process);

/// 1: its real user is ours, whatever its effective user.
int jobmon_process_is_ours(pid_t process);
/// 1: it executes our own program as a monitor, queue or supervisor (its first argument).
int jobmon_process_is_service(pid_t process);

/// The number of clock ticks per second, and of those since boot.
int64_t jobmon_ticks_per_second(void);
int64_t jobmon_ticks_now(void);

#endif
