// What /proc says about a process.
#ifndef JOBMON_PROCFS_H
#define JOBMON_PROCFS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/// The start time of a process in clock ticks since boot (`/proc/PID/stat`, field 22), and its state's letter unless
/// `state` is NULL; -1 if there is no such process.
int64_t jobmon_process_started(pid_t process, char *state);

/// The number of a process's parent; 0 if it has none here, or there is no such process.
pid_t jobmon_process_parent(pid_t process);

// The processor time that a process has used, in nanoseconds; 0 if there is no such process.
int64_t jobmon_process_time(pid_t pid);

// 1: this process is stopped now.
int jobmon_process_is_stopped(pid_t pid);

// The bytes that a process, and the children that it waited for, read from and wrote to storage. 0; -1: not readable.
int jobmon_process_io(pid_t pid, int64_t *read_bytes, int64_t *written_bytes);
// The living descendants of a process, of which at most `capacity` are written. Returns their number.
size_t jobmon_descendants(pid_t root, pid_t *found, size_t capacity);

#endif
