#define _GNU_SOURCE
#include "jobmon_process.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "internal.h"
#include "raw.h"

static double seconds(struct timeval time) { return (double)time.tv_sec + (double)time.tv_usec / 1e6; }

int jp_wait(pid_t pid, int options, struct jp_ended *ended) {
    struct rusage usage;
    int status = 0;
    pid_t found;
    do { found = wait4(pid, &status, options, &usage); } while (found < 0 && errno == EINTR);
    if (found <= 0) return found == 0 ? 0 : -1;
    ended->pid = found;
    ended->status = status;
    ended->cpu = seconds(usage.ru_utime) + seconds(usage.ru_stime);
    ended->maxrss = (int64_t)usage.ru_maxrss * 1024;
    return 1;
}

pid_t jp_peek_ended(pid_t pid) {
    siginfo_t info;
    info.si_pid = 0;
    int options = WEXITED | WNOHANG | WNOWAIT;
    return waitid(pid < 0 ? P_ALL : P_PID, pid < 0 ? 0 : (id_t)pid, &info, options) < 0 ? 0 : info.si_pid;
}

int jp_take_stop(pid_t pid) {
    siginfo_t info;
    info.si_pid = 0;
    if (waitid(P_PID, (id_t)pid, &info, WSTOPPED | WNOHANG) < 0 || info.si_pid == 0) return 0;
    return info.si_status;
}

char *const *jp_environment(void) { return environ; }

int jp_status_exited(int status) { return WIFEXITED(status); }
int jp_status_code(int status) { return WEXITSTATUS(status); }
int jp_status_signalled(int status) { return WIFSIGNALED(status); }
int jp_status_signal(int status) { return WTERMSIG(status); }

// Reads a small file of /proc into `text`, with a NUL at its end. Returns its length, or -1.
static ssize_t slurp(const char *path, char *text, size_t capacity) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return -1;
    ssize_t count = read(fd, text, capacity - 1);
    close(fd);
    if (count >= 0) text[count] = 0;
    return count;
}

// The text after the name in /proc/PID/stat: the name may hold anything, parentheses too.
static const char *after_name(pid_t pid, char *text, size_t capacity) {
    char path[32];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    if (slurp(path, text, capacity) <= 0) return NULL;
    const char *end = strrchr(text, ')');
    return end && end[1] ? end + 2 : NULL;
}

int64_t jp_process_started(pid_t pid) {
    char text[1024];
    const char *field = after_name(pid, text, sizeof text);
    // Field 3, the state, is first here; 22 is the start time.
    for (int i = 3; field && i < 22; i++) {
        field = strchr(field, ' ');
        if (field) field++;
    }
    return field ? strtoll(field, NULL, 10) : -1;
}

int jp_process_is_stopped(pid_t pid) {
    char text[1024];
    const char *fields = after_name(pid, text, sizeof text);
    return fields && fields[0] == 'T';
}

static int64_t value_after(const char *text, const char *name) {
    const char *found = strstr(text, name);
    return found ? strtoll(found + strlen(name), NULL, 10) : -1;
}

int jp_process_io(pid_t pid, int64_t *read_bytes, int64_t *written_bytes) {
    char path[32], text[1024];
    snprintf(path, sizeof path, "/proc/%d/io", (int)pid);
    if (slurp(path, text, sizeof text) <= 0) return -1;
    *read_bytes = value_after(text, "\nread_bytes:");
    *written_bytes = value_after(text, "\nwrite_bytes:");
    return *read_bytes < 0 || *written_bytes < 0 ? -1 : 0;
}

struct family {
    pid_t pid;
    pid_t parent;
    char state;
    char counted;
};

size_t jp_descendants(pid_t root, pid_t *found, size_t capacity) {
    DIR *directory = opendir("/proc");
    if (!directory) return 0;
    struct family *all = NULL;
    size_t count = 0, room = 0;
    struct dirent *entry;
    while ((entry = readdir(directory))) {
        char *end, text[1024];
        long pid = strtol(entry->d_name, &end, 10);
        if (*end || pid <= 0) continue;
        const char *fields = after_name((pid_t)pid, text, sizeof text);
        if (!fields) continue;
        if (count == room) {
            size_t more = room ? room * 2 : 256;
            struct family *grown = realloc(all, more * sizeof *all);
            if (!grown) break;
            all = grown;
            room = more;
        }
        all[count++] = (struct family){(pid_t)pid, (pid_t)strtol(fields + 1, NULL, 10), fields[0], 0};
    }
    closedir(directory);

    size_t total = 0;
    for (int again = 1; again;) {
        again = 0;
        for (size_t i = 0; i < count; i++) {
            if (all[i].counted) continue;
            int mine = all[i].parent == root;
            for (size_t j = 0; !mine && j < count; j++) mine = all[j].counted && all[j].pid == all[i].parent;
            if (!mine) continue;
            all[i].counted = 1;
            again = 1;
            if (all[i].state == 'Z') continue;
            if (total < capacity) found[total] = all[i].pid;
            total++;
        }
    }
    free(all);
    return total;
}

int jp_adopt_orphans(int adopt) { return prctl(PR_SET_CHILD_SUBREAPER, adopt, 0, 0, 0) < 0 ? errno : 0; }

void jp_die_by(int number) {
    // RLIMIT_CORE does not hold where cores go into a pipe.
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    signal(number, SIG_DFL);
    sigset_t all;
    sigfillset(&all);
    sigdelset(&all, number);
    sigprocmask(SIG_SETMASK, &all, NULL);
    kill(getpid(), number);
    _exit(128 + number);
}

pid_t jp_fork(void) { return fork(); }

static long close_range_of(unsigned first, unsigned last, unsigned flags) {
#ifdef SYS_close_range
    return raw3(SYS_close_range, first, last, flags);
#else
    return -ENOSYS;
#endif
}

// The kernel's record of a directory's entry.
struct linux_dirent {
    uint64_t inode;
    int64_t offset;
    unsigned short length;
    unsigned char type;
    char name[];
};

void jp_cloexec_above_2(void) {
    if (close_range_of(3, ~0U, 4 /* CLOSE_RANGE_CLOEXEC */) == 0) return;
    // An older kernel. No allocation and no errno: this runs between fork and exec.
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

void jp_close_all_but(const int *kept, size_t count) {
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

int jp_pipe(int ends[2], int nonblocking_read) {
    if (pipe2(ends, O_CLOEXEC) < 0) return errno;
    return nonblocking_read ? jp_set_nonblocking(ends[0]) : 0;
}

int jp_set_nonblocking(int fd) {
    int flags = fcntl(fd, F_GETFL);
    return flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0 ? errno : 0;
}

int jp_error_text(int error, char *text, size_t capacity) {
    const char *found = strerror_r(error, text, capacity);
    if (found != text) {
        strncpy(text, found, capacity - 1);
        text[capacity - 1] = 0;
    }
    return 0;
}
