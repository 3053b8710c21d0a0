#define _GNU_SOURCE
#include "jobmon_room.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

// Opens `count` descriptors and closes them. 0 or errno.
static int try_descriptors(int count) {
    int *opened = malloc((size_t)count * sizeof *opened);
    if (!opened) return ENOMEM;
    int made = 0, error = 0;
    while (made < count && !error) {
        // An eventfd, not a file: an empty root has no files, not even /dev/null.
        int fd = eventfd(0, EFD_CLOEXEC);
        if (fd < 0) {
            error = errno;
        } else {
            opened[made++] = fd;
        }
    }
    while (made > 0) close(opened[--made]);
    free(opened);
    return error;
}

int jobmon_room_for_descriptors(int count) {
    int error = try_descriptors(count);
    struct rlimit limit;
    if (error != EMFILE || getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= limit.rlim_max) return error;
    // Not more than needed: the commands that are started inherit the limit.
    rlim_t more = limit.rlim_cur + (rlim_t)count;
    limit.rlim_cur = more < limit.rlim_max ? more : limit.rlim_max;
    return setrlimit(RLIMIT_NOFILE, &limit) < 0 ? error : try_descriptors(count);
}

static void *wait_for_end(void *gate) {
    pthread_mutex_lock(gate);
    pthread_mutex_unlock(gate);
    return NULL;
}

int jobmon_room_for_threads(int count) {
    pthread_t *threads = malloc((size_t)count * sizeof *threads);
    if (!threads) return ENOMEM;
    pthread_attr_t small;
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, 1 << 17);
    pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_lock(&gate);
    int made = 0, error = 0;
    while (made < count && !error) {
        error = pthread_create(&threads[made], &small, wait_for_end, &gate);
        if (!error) made++;
    }
    pthread_mutex_unlock(&gate);
    while (made > 0) pthread_join(threads[--made], NULL);
    pthread_attr_destroy(&small);
    free(threads);
    return error;
}

static int64_t soft_limit(int resource) {
    struct rlimit limit;
    return getrlimit(resource, &limit) < 0 || limit.rlim_cur == RLIM_INFINITY ? -1 : (int64_t)limit.rlim_cur;
}

int64_t jobmon_limit_of_processes(void) { return soft_limit(RLIMIT_NPROC); }
int64_t jobmon_limit_of_descriptors(void) { return soft_limit(RLIMIT_NOFILE); }
int64_t jobmon_limit_of_address_space(void) { return soft_limit(RLIMIT_AS); }
