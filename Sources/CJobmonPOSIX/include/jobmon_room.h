// Limits of this process, and whether there is room below them.
#ifndef JOBMON_ROOM_H
#define JOBMON_ROOM_H

#include <stdint.h>

/// The soft limits of processes of our user (RLIMIT_NPROC) and of our open files (RLIMIT_NOFILE); -1: none.
int64_t jobmon_limit_of_processes(void);
int64_t jobmon_limit_of_descriptors(void);

/// Whether so many more descriptors can be opened, the soft limit raised for it where it may be; so many threads started.
/// 0 or errno.
int jobmon_room_for_descriptors(int count);
int jobmon_room_for_threads(int count);

#endif
