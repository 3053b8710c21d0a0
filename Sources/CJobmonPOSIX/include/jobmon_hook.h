// System calls for the shell hook that Swift cannot make.
#ifndef JOBMON_HOOK_H
#define JOBMON_HOOK_H

#include <sys/types.h>

/// An unnamed file (in memory, if possible) that stays open across an exec, with a descriptor of at least `lowest`; -1
/// with errno.
int jobmon_memory_file(const char *name, int lowest);
/// A descriptor that becomes readable when a process is over; -1 with errno (ENOSYS on an old kernel).
int jobmon_process_descriptor(pid_t process);
/// The end of the process of such a descriptor, which the kernel keeps since Linux 6.15: 1 and its status, as from
/// waitpid; 0 if its parent has not waited for it yet; -1 if it is unknown.
int jobmon_process_end(int descriptor, int *status);
/// Continues in the background, in a new session, with no open files of the caller except one descriptor (if it is not
/// negative). Returns 0 in the background process; 1 in the caller, with the other's pid; -1 if it failed.
int jobmon_go_background(pid_t *background, int descriptor);
/// Makes any later fault of this process (a trap, an illegal access, an abort) execute a program instead of ending the
/// process. The arguments must stay valid; the path is copied.
void jobmon_exec_if_trapped(const char *path, char *const arguments[]);

#endif
