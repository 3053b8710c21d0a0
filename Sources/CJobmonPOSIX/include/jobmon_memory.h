// Random bytes, and settings of malloc.
#ifndef JOBMON_MEMORY_H
#define JOBMON_MEMORY_H

#include <stddef.h>

/// Fills `bytes` with random bytes; 0, or -1 with errno.
int jobmon_random(void *bytes, size_t count);

/// Limits malloc to two arenas, and makes it return large or unused blocks to the kernel at once.
void jobmon_hold_memory_tight(void);

#endif
