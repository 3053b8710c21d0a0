// Random bytes, and how malloc behaves.
#ifndef JOBMON_MEMORY_H
#define JOBMON_MEMORY_H

#include <stddef.h>

/// Fills `bytes` with random ones; 0, or -1 with errno.
int jobmon_random(void *bytes, size_t count);

/// Has malloc keep to two arenas and give large or unused pieces back to the kernel at once.
void jobmon_hold_memory_tight(void);

#endif
