// Limits of this process, and whether there is room below them.
#ifndef JOBMON_ROOM_H
#define JOBMON_ROOM_H

#include <stdint.h>

/// The soft limits of our user's processes (RLIMIT_NPROC), of our open files (RLIMIT_NOFILE) and of our address space in
/// bytes (RLIMIT_AS); -1: no limit.
int64_t jobmon_limit_of_processes(void);
int64_t jobmon_limit_of_descriptors(void);
int64_t jobmon_limit_of_address_space(void);

/// Checks that `count` more descriptors can be opened (raising the soft limit if allowed), or `count` more threads
/// started. 0 or errno.
int jobmon_room_for_descriptors(int count);
int jobmon_room_for_threads(int count);

#endif
