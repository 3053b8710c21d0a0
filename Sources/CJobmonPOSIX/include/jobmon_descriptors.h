// Open descriptors, and pipes.
#ifndef JOBMON_DESCRIPTORS_H
#define JOBMON_DESCRIPTORS_H

#include <stddef.h>

/// Closes all descriptors above 2 at the next exec. Safe between fork and exec: it allocates nothing and sets no errno.
void jobmon_close_others_at_exec(void);

// Closes all descriptors except the given ones.
void jobmon_close_all_but(const int *kept, size_t count);
// pipe2 with close-on-exec. 0 or errno.
int jobmon_pipe(int ends[2], int nonblocking_read);
int jobmon_set_nonblocking(int fd);

#endif
