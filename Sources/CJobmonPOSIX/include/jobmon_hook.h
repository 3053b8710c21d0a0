// What the shell hook needs and Swift can't call.
#ifndef JOBMON_HOOK_H
#define JOBMON_HOOK_H

#include <sys/types.h>

/// A file without a name (in memory, where that can be) that outlives an exec, at a descriptor of `lowest` or above; -1
/// with errno.
int jobmon_memory_file(const char *name, int lowest);
/// A descriptor that can be read once a process is over; -1 with errno (ENOSYS on an old kernel).
int jobmon_process_descriptor(pid_t process);
/// How the process of such a descriptor ended, which the kernel keeps from Linux 6.15 on: 1 and its status, as from
/// waitpid; 0 when its parent has not asked for it yet; -1 when that can't be known.
int jobmon_process_end(int descriptor, int *status);
/// Goes on in the background, in a session of its own and with nothing of the caller's open but one descriptor, where that
/// is one: 0 there; 1 in the caller, which gets the other's pid; -1 when that failed.
int jobmon_go_background(pid_t *background, int descriptor);
/// From now on a fault of this process (a trap, an illegal access, an abort) makes it execute a program instead of ending
/// it. The arguments must stay; the path is copied.
void jobmon_exec_if_trapped(const char *path, char *const arguments[]);

#endif
