#define _GNU_SOURCE
#include "jobmon_process_table.h"

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

#include "internal.h"

// Reads a whole file of /proc/PID into a growing buffer, with a NUL at its end. Returns its length, or -1.
static ssize_t slurp(int folder, const char *name, char **buffer, size_t *capacity) {
    int fd = openat(folder, name, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return -1;
    size_t used = 0;
    for (;;) {
        if (*capacity - used < 2) {
            size_t more = *capacity ? *capacity * 2 : 1 << 14;
            char *grown = realloc(*buffer, more);
            if (!grown) break;
            *buffer = grown;
            *capacity = more;
        }
        ssize_t got = read(fd, *buffer + used, *capacity - used - 1);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) {
            close(fd);
            return -1;
        }
        if (got == 0) break;
        used += (size_t)got;
    }
    close(fd);
    if (*capacity) (*buffer)[used] = 0;
    return (ssize_t)used;
}

int jobmon_read_stat(const char *text, struct jobmon_process *process) {
    // The name, in parentheses, may contain anything: fields are counted from its end.
    const char *at = strrchr(text, ')');
    if (!at || at[1] != ' ') return -1;
    process->state = at[2];
    char *next;
    process->parent = (pid_t)strtol(at + 3, &next, 10);
    process->group = (pid_t)strtol(next, &next, 10);
    process->session = (pid_t)strtol(next, &next, 10);
    // Field 6 is the session, 22 the start time.
    for (int field = 6; field < 21; field++) {
        next = strchr(next + 1, ' ');
        if (!next) return -1;
    }
    process->started = strtoll(next, NULL, 10);
    return 0;
}

// Takes the value of `entry` if it is a variable of that name.
static void take(const char *entry, const char *name, char *into, size_t capacity) {
    size_t length = strlen(name);
    if (strncmp(entry, name, length) != 0 || entry[length] != '=') return;
    strncpy(into, entry + length + 1, capacity - 1);
    into[capacity - 1] = 0;
}

static void read_marks(
    const char *environment, size_t count, const char *const *names, size_t name_count,
    struct jobmon_process *process) {
    for (const char *at = environment; at < environment + count; at += strlen(at) + 1) {
        if (*at == 'J') take(at, "JOBMON_INSTANCE", process->instance, sizeof process->instance);
        for (size_t i = 0; i < name_count; i++) {
            if (*at == *names[i]) take(at, names[i], process->jobs[i], sizeof process->jobs[i]);
        }
    }
}

ssize_t jobmon_process_table(
    struct jobmon_process *found, size_t capacity, const char *const *names, size_t name_count) {
    if (name_count > JOBMON_MOST_JOB_NAMES) name_count = JOBMON_MOST_JOB_NAMES;
    DIR *processes = opendir("/proc");
    if (!processes) return -1;
    uid_t user = geteuid();
    pid_t self = getpid();
    char *text = NULL;
    size_t room = 0, total = 0;
    for (struct dirent *entry; (entry = readdir(processes));) {
        if (!isdigit((unsigned char)entry->d_name[0])) continue;
        struct jobmon_process process = {.pid = (pid_t)atoi(entry->d_name)};
        if (process.pid == self) continue;
        int folder = openat(dirfd(processes), entry->d_name, O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (folder < 0) continue;
        struct stat status;
        int kept = fstat(folder, &status) == 0 && slurp(folder, "stat", &text, &room) > 0
                   && jobmon_read_stat(text, &process) == 0 && process.parent != 2 && process.pid != 2;
        if (kept) {
            process.user = status.st_uid;
            if (process.user == user && process.state != 'Z' && process.state != 'X') {
                ssize_t count = slurp(folder, "environ", &text, &room);
                if (count > 0) read_marks(text, (size_t)count, names, name_count, &process);
                process.unsettled = count == 0 && (process.state == 'R' || process.state == 'D');
            }
            if (total < capacity) found[total] = process;
            total++;
        }
        close(folder);
    }
    free(text);
    closedir(processes);
    return (ssize_t)total;
}

const char *jobmon_process_instance(const struct jobmon_process *process) { return process->instance; }
const char *jobmon_process_job(const struct jobmon_process *process, size_t name) {
    return name < JOBMON_MOST_JOB_NAMES ? process->jobs[name] : "";
}

int jobmon_process_is_ours(pid_t process) {
    char path[40], text[2048];
    snprintf(path, sizeof path, "/proc/%d/status", (int)process);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t count = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
    if (fd >= 0) close(fd);
    if (count <= 0) return 0;
    text[count] = 0;
    const char *line = strstr(text, "\nUid:");
    return line && (uid_t)strtoul(line + 5, NULL, 10) == getuid();
}

int jobmon_process_is_service(pid_t process) {
    char path[40], text[4096];
    struct stat its, ours;
    snprintf(path, sizeof path, "/proc/%d/exe", (int)process);
    if (stat(path, &its) < 0 || stat("/proc/self/exe", &ours) < 0) return 0;
    snprintf(path, sizeof path, "/proc/%d/cmdline", (int)process);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t count = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
    if (fd >= 0) close(fd);
    if (count <= 0) return 0;
    text[count] = 0;
    const char *program = text, *slash = strrchr(text, '/'), *word = text + strlen(text) + 1;
    if (slash) program = slash + 1;
    // Another version of jobmon may be installed elsewhere.
    int is_jobmon = strcmp(program, "jobmon") == 0 || (its.st_dev == ours.st_dev && its.st_ino == ours.st_ino);
    if (!is_jobmon || word >= text + count) return 0;
    return strcmp(word, "monitor") == 0 || strcmp(word, "run") == 0 || strcmp(word, "__supervisor") == 0;
}

int64_t jobmon_ticks_per_second(void) { return sysconf(_SC_CLK_TCK); }

int64_t jobmon_ticks_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_BOOTTIME, &now);
    int64_t ticks = sysconf(_SC_CLK_TCK);
    return (int64_t)now.tv_sec * ticks + (int64_t)now.tv_nsec * ticks / 1000000000;
}
