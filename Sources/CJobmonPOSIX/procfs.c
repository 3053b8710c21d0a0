#define _GNU_SOURCE
#include "jobmon_procfs.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

// Reads a small file of /proc into `text`, with a NUL at its end. Returns its length, or -1.
static ssize_t slurp(const char *path, char *text, size_t capacity) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return -1;
    ssize_t count = read(fd, text, capacity - 1);
    close(fd);
    if (count >= 0) text[count] = 0;
    return count;
}

// The text after the name in /proc/PID/stat. The name may contain anything, even parentheses.
static const char *after_name(pid_t pid, char *text, size_t capacity) {
    char path[32];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    if (slurp(path, text, capacity) <= 0) return NULL;
    const char *end = strrchr(text, ')');
    return end && end[1] ? end + 2 : NULL;
}

int64_t jobmon_process_started(pid_t pid, char *state) {
    char text[1024];
    const char *field = after_name(pid, text, sizeof text);
    if (field && state) *state = *field;
    // The text starts with field 3, the state; field 22 is the start time.
    for (int i = 3; field && i < 22; i++) {
        field = strchr(field, ' ');
        if (field) field++;
    }
    return field ? strtoll(field, NULL, 10) : -1;
}

pid_t jobmon_process_parent(pid_t pid) {
    char text[1024];
    const char *fields = after_name(pid, text, sizeof text);
    // The state, a blank, the parent.
    return fields && fields[1] == ' ' ? (pid_t)strtol(fields + 2, NULL, 10) : 0;
}

int jobmon_process_is_stopped(pid_t pid) {
    char text[1024];
    const char *fields = after_name(pid, text, sizeof text);
    return fields && fields[0] == 'T';
}

static int64_t value_after(const char *text, const char *name) {
    const char *found = strstr(text, name);
    return found ? strtoll(found + strlen(name), NULL, 10) : -1;
}

int jobmon_process_io(pid_t pid, int64_t *read_bytes, int64_t *written_bytes) {
    char path[32], text[1024];
    snprintf(path, sizeof path, "/proc/%d/io", (int)pid);
    if (slurp(path, text, sizeof text) <= 0) return -1;
    *read_bytes = value_after(text, "\nread_bytes:");
    *written_bytes = value_after(text, "\nwrite_bytes:");
    return *read_bytes < 0 || *written_bytes < 0 ? -1 : 0;
}

int64_t jobmon_process_time(pid_t pid) {
    clockid_t clock;
    struct timespec time;
    if (pid <= 0 || clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &time) < 0) return 0;
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

struct family {
    pid_t pid;
    pid_t parent;
    char state;
    char counted;
};

size_t jobmon_descendants(pid_t root, pid_t *found, size_t capacity) {
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
