// What /proc says about a process.
#ifndef JOBMON_PROCFS_H
#define JOBMON_PROCFS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/// The start time of a process in clock ticks since boot (`/proc/PID/stat`, field 22), and its state's letter unless
/// `state` is NULL; -1 if there is no such process.
int64_t jobmon_process_started(pid_t process, char *state);

// 1: this process is stopped now.
int jobmon_process_is_stopped(pid_t pid);

// The bytes that a process, and the children that it waited for, read from and wrote to storage. 0; -1: not readable.
int jobmon_process_io(pid_t pid, int64_t *read_bytes, int64_t *written_bytes);
// The living descendants of a process, of which at most `capacity` are written. Returns their number.
size_t jobmon_descendants(pid_t root, pid_t *found, size_t capacity);

/// A process that was found by its environment.
struct jobmon_found {
    pid_t process;
    int64_t started;
    /// The index of its key.
    size_t key;
};

/// Finds the living processes (no zombies, not the caller) whose initial environment has `JOBMON_INSTANCE=` with one of
/// the sorted keys. Returns their number, of which at most `capacity` are written; -1 with errno if `/proc` cannot be
/// read. `unsettled` counts our own processes with an empty environment: they may be in the middle of an execve.
ssize_t jobmon_find_instances(
    const char *const *sorted_keys, size_t keys, struct jobmon_found *found, size_t capacity, size_t *unsettled);

#endif
