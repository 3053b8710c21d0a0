#define _GNU_SOURCE
#include "jobmon_lock.h"

#include <errno.h>
#include <sys/file.h>

int jobmon_lock(int descriptor, int exclusive) {
    int answer;
    do answer = flock(descriptor, (exclusive ? LOCK_EX : LOCK_SH) | LOCK_NB);
    while (answer < 0 && errno == EINTR);
    return answer;
}

