// The processes of this host, with the values that show which job they belong to.
#ifndef JOBMON_PROCESS_TABLE_H
#define JOBMON_PROCESS_TABLE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// How many environment variables may name a scheduler's job.
#define JOBMON_MOST_JOB_NAMES 8

// A process, as /proc shows it.
struct jobmon_process {
    pid_t pid, parent, group, session;
    uid_t user;
    char state;  // the letter of /proc/PID/stat
    char unsettled;  // 1: our process, without an environment: it may be in the middle of an execve
    int64_t started;  // clock ticks since boot
    // From its initial environment; empty: not set, or not readable.
    char instance[129];  // JOBMON_INSTANCE
    char jobs[JOBMON_MOST_JOB_NAMES][32];  // the jobs of schedulers, in the order of the names asked for
};

/// All processes but this one and the kernel's threads, with the environments of those of our user. Returns how many
/// there are, at most `capacity` of them written; -1 with errno when /proc can't be read. `names` are the environment
/// variables that hold the number of a scheduler's job, at most JOBMON_MOST_JOB_NAMES.
ssize_t jobmon_process_table(
    struct jobmon_process *found, size_t capacity, const char *const *names, size_t name_count);

/// The texts of a record, which Swift sees as tuples.
const char *jobmon_process_instance(const struct jobmon_process *process);
const char *jobmon_process_job(const struct jobmon_process *process, size_t name);

/// 1: its real user is ours, whatever its effective user.
int jobmon_process_is_ours(pid_t process);
/// 1: it executes our own program as a monitor, queue or supervisor (its first argument).
int jobmon_process_is_service(pid_t process);

/// The number of clock ticks per second, and of those since boot.
int64_t jobmon_ticks_per_second(void);
int64_t jobmon_ticks_now(void);

#endif
