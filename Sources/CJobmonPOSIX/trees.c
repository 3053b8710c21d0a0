#define _GNU_SOURCE
#include "jobmon_trees.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "internal.h"
#include "jobmon_process_table.h"

// What kcmp compares: memory. (<linux/kcmp.h> is not everywhere.)
#define COMPARE_MEMORY 1

// A process of a command.
struct member {
    pid_t pid, parent;
    int64_t command;
    int64_t started;  // clock ticks since boot; of a root it is not needed: its number is not free before we reap it
    char is_root, leads_group;
    char is_gone;
    char is_copy;  // it has the same memory as its parent, not a copy of it
    // As of the last read, in bytes.
    int64_t sum, mapped, size, peak;
};

// A process that is new, and may be a command's.
struct newcomer {
    pid_t pid, parent, group;
    int64_t started;
    char is_known;
};

struct jobmon_trees {
    char proc[256];
    char is_real;  // `proc` is the kernel's
    struct member *members;  // by their numbers
    size_t count, room;
    struct newcomer *newcomers;
    size_t new_count, new_room;
    pid_t latest;  // the number that the kernel gave out last before the latest search; 0: not known
    int64_t offset;  // what a position in the list of /proc has beyond a process's number; -1: not known
    char text[8 << 10];
};

struct jobmon_trees *jobmon_trees_new(const char *proc) {
    struct jobmon_trees *trees = calloc(1, sizeof *trees);
    if (!trees) return NULL;
    snprintf(trees->proc, sizeof trees->proc, "%s", proc);
    trees->is_real = strcmp(proc, "/proc") == 0;
    trees->offset = -1;
    return trees;
}

void jobmon_trees_free(struct jobmon_trees *trees) {
    if (!trees) return;
    free(trees->members);
    free(trees->newcomers);
    free(trees);
}

int64_t jobmon_thread_time(void) {
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

// MARK: Files

// Reads a file of a process, or of /proc itself (0), with a NUL at its end. Returns its length, or -1.
static ssize_t slurp(struct jobmon_trees *trees, pid_t pid, const char *name) {
    char path[320];
    if (pid > 0) {
        snprintf(path, sizeof path, "%s/%d/%s", trees->proc, (int)pid, name);
    } else {
        snprintf(path, sizeof path, "%s/%s", trees->proc, name);
    }
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return -1;
    ssize_t count;
    do { count = read(fd, trees->text, sizeof trees->text - 1); } while (count < 0 && errno == EINTR);
    close(fd);
    if (count >= 0) trees->text[count] = 0;
    return count;
}

// The bytes in a line `name kB` behind `*at`, which moves there; -1: there is no such line.
static int64_t bytes(const char **at, const char *name) {
    const char *found = strstr(*at, name);
    if (!found) return -1;
    *at = found + strlen(name);
    return strtoll(*at, NULL, 10) * 1024;
}

// The process's parent, group and start. 0; -1: it is gone.
static int read_stat(struct jobmon_trees *trees, pid_t pid, struct jobmon_process *process) {
    return slurp(trees, pid, "stat") > 0 ? jobmon_read_stat(trees->text, process) : -1;
}

// The number that the kernel gave out last, to a process or a thread; 0: not known.
static pid_t latest_number(struct jobmon_trees *trees) {
    if (slurp(trees, 0, "loadavg") <= 0) return 0;
    const char *last = strrchr(trees->text, ' ');
    return last ? (pid_t)strtol(last, NULL, 10) : 0;
}

// MARK: Members

// The place of a process among the members, or that where it would be.
static size_t place(const struct jobmon_trees *trees, pid_t pid) {
    size_t low = 0, high = trees->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (trees->members[middle].pid < pid) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static struct member *member(const struct jobmon_trees *trees, pid_t pid) {
    size_t at = place(trees, pid);
    return at < trees->count && trees->members[at].pid == pid ? &trees->members[at] : NULL;
}

// Adds a member, or replaces one with its number. Without memory it stays unknown.
static void add(struct jobmon_trees *trees, struct member new) {
    struct member *known = member(trees, new.pid);
    if (known) {
        *known = new;
        return;
    }
    if (trees->count == trees->room) {
        size_t more = trees->room ? trees->room * 2 : 32;
        struct member *grown = realloc(trees->members, more * sizeof *grown);
        if (!grown) return;
        trees->members = grown;
        trees->room = more;
    }
    size_t at = place(trees, new.pid);
    memmove(&trees->members[at + 1], &trees->members[at], (trees->count - at) * sizeof new);
    trees->members[at] = new;
    trees->count++;
}

static void drop_gone(struct jobmon_trees *trees) {
    size_t kept = 0;
    for (size_t i = 0; i < trees->count; i++) {
        if (!trees->members[i].is_gone) trees->members[kept++] = trees->members[i];
    }
    trees->count = kept;
}

static const struct jobmon_root *root(const struct jobmon_root *roots, size_t count, int64_t command) {
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (roots[middle].command < command) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < count && roots[low].command == command ? &roots[low] : NULL;
}

// Drops the members of commands that are over, and adds the roots that are new. Returns how many of a search before this
// one were kept.
static size_t take_roots(struct jobmon_trees *trees, const struct jobmon_root *roots, size_t count) {
    for (size_t i = 0; i < trees->count; i++) {
        if (!root(roots, count, trees->members[i].command)) trees->members[i].is_gone = 1;
    }
    drop_gone(trees);
    size_t kept = trees->count;
    for (size_t i = 0; i < count; i++) {
        struct member *known = member(trees, roots[i].pid);
        if (known && known->is_root && known->command == roots[i].command) continue;
        add(trees, (struct member){
            .pid = roots[i].pid, .command = roots[i].command, .is_root = 1, .leads_group = roots[i].leads_group != 0});
    }
    return kept;
}

// MARK: New processes

// The kernel gives out numbers in ascending order, and begins again at the end: whether it gave this one out after
// `since`, when the latest is `now` (0: not known).
static int is_newer(pid_t pid, pid_t since, pid_t now) {
    if (now == 0 || now >= since) return pid > since;
    return pid > since || pid <= now;
}

static int is_spared(pid_t pid, const pid_t *spared, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (spared[i] == pid) return 1;
    }
    return 0;
}

static void note(struct jobmon_trees *trees, pid_t pid) {
    if (trees->new_count == trees->new_room) {
        size_t more = trees->new_room ? trees->new_room * 2 : 64;
        struct newcomer *grown = realloc(trees->newcomers, more * sizeof *grown);
        if (!grown) return;
        trees->newcomers = grown;
        trees->new_room = more;
    }
    trees->newcomers[trees->new_count++] = (struct newcomer){.pid = pid};
}

// An entry of getdents64.
struct entry {
    uint64_t inode;
    int64_t next;  // the position of the next one
    unsigned short length;
    unsigned char type;
    char name[];
};

// The number of a process from its name in /proc; 0: it is no process.
static pid_t number(const char *name) {
    long pid = 0;
    for (; *name >= '0' && *name <= '9' && pid < 1L << 30; name++) pid = pid * 10 + (*name - '0');
    return *name ? 0 : (pid_t)pid;
}

// Notes the processes with numbers that were given out after `since`. /proc lists them by their numbers, and the
// position of an entry is its number and a constant: where that is so, the list is read from there, which makes its cost
// that of the new processes only. 0; -1: /proc can't be listed.
static int list_newer(struct jobmon_trees *trees, pid_t since, pid_t now) {
    int fd = open(trees->proc, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return -1;
    int has_begun_again = now != 0 && now < since;
    int agreements = 0, has_skipped = 0;
    int64_t position = -1, offset = -1;
    if (trees->offset >= 0 && !has_begun_again) has_skipped = lseek(fd, since + 1 + trees->offset, SEEK_SET) >= 0;
    long count;
    while ((count = syscall(SYS_getdents64, fd, trees->text, sizeof trees->text)) > 0) {
        pid_t last = 0;
        for (long at = 0; at < count;) {
            const struct entry *entry = (const struct entry *)(const void *)(trees->text + at);
            pid_t pid = number(entry->name);
            if (pid > 0) {
                if (is_newer(pid, since, now)) note(trees, pid);
                if (position >= 0) {
                    agreements = position - pid == offset ? agreements + 1 : 0;
                    offset = position - pid;
                }
                last = pid;
            }
            position = entry->next;
            at += entry->length;
        }
        if (has_skipped || !trees->is_real) continue;
        if (agreements >= 3 && offset >= 0) trees->offset = offset;
        if (trees->offset >= 0 && !has_begun_again && last > 0 && last < since) {
            has_skipped = lseek(fd, since + 1 + trees->offset, SEEK_SET) >= 0;
        }
    }
    close(fd);
    return count < 0 ? -1 : 0;
}

// Whose a new process is; -1: nobody's.
static int64_t owner(
    const struct jobmon_trees *trees, pid_t parent, pid_t group, int64_t orphans) {
    const struct member *known = member(trees, parent);
    if (known) return known->command;
    known = member(trees, group);
    if (known && known->is_root && known->leads_group) return known->command;
    return parent == getpid() ? orphans : -1;
}

int jobmon_trees_find(
    struct jobmon_trees *trees, const struct jobmon_root *roots, size_t count, const pid_t *spared,
    size_t spared_count, int64_t orphans) {
    size_t kept = take_roots(trees, roots, count);
    if (count == 0) return 0;
    pid_t now = latest_number(trees);
    // What a command starts is newer than the command.
    pid_t since = kept > 0 ? trees->latest : roots[0].pid - 1;
    trees->new_count = 0;
    if (list_newer(trees, since, now) < 0) return -1;
    trees->latest = now;
    pid_t self = getpid();
    size_t left = 0;
    for (size_t i = 0; i < trees->new_count; i++) {
        struct newcomer new = trees->newcomers[i];
        struct jobmon_process process = {.pid = new.pid};
        if (new.pid == self || member(trees, new.pid) || is_spared(new.pid, spared, spared_count)
            || read_stat(trees, new.pid, &process) < 0) {
            continue;
        }
        new.parent = process.parent;
        new.group = process.group;
        new.started = process.started;
        trees->newcomers[left++] = new;
    }
    trees->new_count = left;
    // A parent may stand behind its child.
    for (int again = 1; again;) {
        again = 0;
        for (size_t i = 0; i < trees->new_count; i++) {
            struct newcomer *new = &trees->newcomers[i];
            int64_t command = new->is_known ? -1 : owner(trees, new->parent, new->group, orphans);
            if (command < 0) continue;
            new->is_known = 1;
            again = 1;
            add(trees, (struct member){
                .pid = new->pid, .parent = new->parent, .command = command, .started = new->started});
        }
    }
    return 0;
}

// MARK: Memory

// Whether a member is still the process that was found, now that it has another parent: not a new one with its number.
static int is_still(struct jobmon_trees *trees, struct member *process) {
    struct jobmon_process found = {.pid = process->pid};
    if (read_stat(trees, process->pid, &found) < 0) return 0;
    if (found.started == process->started) {
        process->parent = found.parent;
        return 1;
    }
    const struct member *parent = member(trees, found.parent);
    if (!parent || parent->command != process->command) return 0;
    process->parent = found.parent;
    process->started = found.started;
    return 1;
}

// Reads the memory of one process. 1: an old kernel does not tell what is mapped from files; 0; -1: it is over.
static int read_status(struct jobmon_trees *trees, struct member *process) {
    process->sum = process->mapped = process->size = process->peak = 0;
    if (slurp(trees, process->pid, "status") <= 0) return -1;
    const char *at = strstr(trees->text, "\nPPid:");
    if (!at) return -1;
    pid_t parent = (pid_t)strtol(at + 6, NULL, 10);
    if (!process->is_root && parent != process->parent) {
        if (!is_still(trees, process) || slurp(trees, process->pid, "status") <= 0) return -1;
        at = trees->text;
    }
    // In the kernel's order. A process that is over has none of them.
    process->size = bytes(&at, "\nVmSize:");
    if (process->size < 0) return -1;
    process->peak = bytes(&at, "\nVmHWM:");
    int64_t resident = bytes(&at, "\nVmRSS:");
    int64_t anonymous = bytes(&at, "\nRssAnon:"), mapped = bytes(&at, "\nRssFile:"), shared = bytes(&at, "\nRssShmem:");
    int64_t swapped = bytes(&at, "\nVmSwap:");
    process->sum = (anonymous < 0 ? resident : anonymous + (shared > 0 ? shared : 0)) + (swapped > 0 ? swapped : 0);
    if (process->sum < 0) process->sum = 0;
    process->mapped = mapped > 0 ? mapped : 0;
    return anonymous < 0;
}

// Whether a child has the very memory of its parent, as between vfork and execve. The kernel counts its pages for both,
// as if each had its own.
static int is_copy(struct jobmon_trees *trees, struct member *child, const struct member *parent) {
    if (child->size != parent->size) return 0;
    if (trees->is_real) {
        long order = syscall(SYS_kcmp, child->pid, parent->pid, COMPARE_MEMORY, 0, 0);
        if (order == 0) return 1;
        // It may have executed since it was read: then what was read was its parent's.
        if (order > 0) return read_status(trees, child) < 0;
    }
    return child->sum == parent->sum && child->mapped == parent->mapped && child->peak == parent->peak;
}

void jobmon_trees_read(struct jobmon_trees *trees, int64_t command, struct jobmon_tree_memory *memory) {
    *memory = (struct jobmon_tree_memory){0};
    int is_any_gone = 0;
    for (size_t i = 0; i < trees->count; i++) {
        struct member *process = &trees->members[i];
        if (process->command != command) continue;
        process->is_copy = 0;
        int answer = read_status(trees, process);
        if (answer < 0 && !process->is_root) process->is_gone = is_any_gone = 1;
        if (answer > 0) memory->is_rough = 1;
    }
    if (is_any_gone) drop_gone(trees);
    for (size_t i = 0; i < trees->count; i++) {
        struct member *process = &trees->members[i];
        if (process->command != command || process->size <= 0) continue;
        const struct member *parent = process->is_root ? NULL : member(trees, process->parent);
        process->is_copy = parent && parent->command == command && parent->size > 0 && is_copy(trees, process, parent);
        if (process->is_copy) continue;
        memory->processes++;
        memory->sum += process->sum;
        memory->walked += process->sum + process->mapped;
        if (process->sum > memory->largest) memory->largest = process->sum;
        if (process->mapped > memory->mapped) memory->mapped = process->mapped;
    }
}

static int is_over(struct jobmon_trees *trees, pid_t pid) {
    struct jobmon_process found = {.pid = pid};
    return read_stat(trees, pid, &found) < 0 || found.state == 'Z' || found.state == 'X';
}

int64_t jobmon_trees_count(struct jobmon_trees *trees, int64_t command, int *is_exact) {
    int64_t total = 0;
    *is_exact = 1;
    for (size_t i = 0; i < trees->count; i++) {
        const struct member *process = &trees->members[i];
        if (process->command != command || process->size <= 0 || process->is_copy) continue;
        if (slurp(trees, process->pid, "smaps_rollup") <= 0) {
            if (is_over(trees, process->pid)) continue;
            // It is not told of another user's process, such as one of sudo, and by an old kernel.
            total += process->sum;
            *is_exact = 0;
            continue;
        }
        const char *at = trees->text;
        int64_t all = bytes(&at, "\nPss:"), anonymous = bytes(&at, "\nPss_Anon:"), shared = bytes(&at, "\nPss_Shmem:");
        int64_t swapped = bytes(&at, "\nSwapPss:");
        if (swapped < 0) swapped = 0;
        if (anonymous >= 0) {
            total += anonymous + (shared > 0 ? shared : 0) + swapped;
        } else {
            // Before Linux 5.3 what is mapped from files is in it.
            total += all >= 0 && all + swapped < process->sum ? all + swapped : process->sum;
            *is_exact = 0;
        }
    }
    return total;
}
