#define _GNU_SOURCE
#include "jobmon_descriptors.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "raw.h"

static long close_range_of(unsigned first, unsigned last, unsigned flags) {
#ifdef SYS_close_range
    return raw3(SYS_close_range, first, last, flags);
#else
    return -ENOSYS;
#endif
}

// The kernel's format of a directory entry.
struct linux_dirent {
    uint64_t inode;
    int64_t offset;
    unsigned short length;
    unsigned char type;
    char name[];
};

void jobmon_close_others_at_exec(void) {
    if (close_range_of(3, ~0U, 4 /* CLOSE_RANGE_CLOEXEC */) == 0) return;
    // For older kernels. No allocation and no errno: this runs between fork and exec.
    int folder = (int)raw4(SYS_openat, AT_FDCWD, (long)"/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    if (folder < 0) return;
    _Alignas(8) char buffer[2048];
    long count;
    while ((count = raw3(SYS_getdents64, folder, (long)buffer, sizeof buffer)) > 0) {
        for (long at = 0; at < count;) {
            struct linux_dirent *entry = (struct linux_dirent *)(buffer + at);
            at += entry->length;
            int fd = 0;
            for (const char *c = entry->name; *c >= '0' && *c <= '9'; c++) fd = fd * 10 + (*c - '0');
            if (fd > 2) raw3(SYS_fcntl, fd, F_SETFD, FD_CLOEXEC);
        }
    }
    raw1(SYS_close, folder);
}

static int is_kept(int fd, const int *kept, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (kept[i] == fd) return 1;
    }
    return 0;
}

void jobmon_close_all_but(const int *kept, size_t count) {
    DIR *directory = opendir("/proc/self/fd");
    if (!directory) return;
    int *found = NULL;
    size_t total = 0;
    struct dirent *entry;
    while ((entry = readdir(directory))) {
        int fd = atoi(entry->d_name);
        if (entry->d_name[0] == '.' || fd == dirfd(directory) || is_kept(fd, kept, count)) continue;
        int *grown = realloc(found, (total + 1) * sizeof *found);
        if (!grown) break;
        found = grown;
        found[total++] = fd;
    }
    closedir(directory);
    for (size_t i = 0; i < total; i++) close(found[i]);
    free(found);
}

int jobmon_pipe(int ends[2], int nonblocking_read) {
    if (pipe2(ends, O_CLOEXEC) < 0) return errno;
    return nonblocking_read ? jobmon_set_nonblocking(ends[0]) : 0;
}

int jobmon_set_nonblocking(int fd) {
    int flags = fcntl(fd, F_GETFL);
    return flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0 ? errno : 0;
}
