#define _GNU_SOURCE
#include "jobmon_cores.h"

#include <errno.h>
#include <sched.h>
#include <unistd.h>

// More processors than any kernel is built for.
enum { most = 1 << 17 };

int jobmon_allowed_cores(void) {
    // The kernel refuses a mask that is shorter than its own, whose length it does not tell.
    for (int room = CPU_SETSIZE; room <= most; room *= 2) {
        cpu_set_t *mask = CPU_ALLOC((size_t)room);
        if (mask == NULL) break;
        size_t size = CPU_ALLOC_SIZE((size_t)room);
        int found = 0;
        int failed = sched_getaffinity(0, size, mask);
        if (failed == 0) found = CPU_COUNT_S(size, mask);
        int reason = errno;
        CPU_FREE(mask);
        if (failed == 0 && found > 0) return found;
        if (reason != EINVAL) break;
    }
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? (int)online : 1;
}
