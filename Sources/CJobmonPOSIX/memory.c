#define _GNU_SOURCE
#include "jobmon_memory.h"

#include <errno.h>
#include <malloc.h>
#include <sys/random.h>

int jobmon_random(void *bytes, size_t count) {
    unsigned char *at = bytes;
    while (count > 0) {
        ssize_t got = getrandom(at, count, 0);
        if (got < 0) {
            if (errno == EINTR) continue;
            return -1;
        }
        at += got;
        count -= (size_t)got;
    }
    return 0;
}

void jobmon_hold_memory_tight(void) {
    mallopt(M_ARENA_MAX, 2);
    mallopt(M_MMAP_THRESHOLD, 256 << 10);
    mallopt(M_TRIM_THRESHOLD, 256 << 10);
}
