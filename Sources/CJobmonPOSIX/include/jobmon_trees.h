// The memory of commands with all processes that they started, as /proc shows it.
#ifndef JOBMON_TREES_H
#define JOBMON_TREES_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// A running command, by its first process.
struct jobmon_root {
    int64_t command;  // its number
    pid_t pid;
    int leads_group;  // its process group is its own
};

// The memory of a command at one moment. "Memory" is anonymous and shared memory, with what of it is swapped out; it is
// not what is mapped from files.
struct jobmon_tree_memory {
    int processes;  // those that have memory; 0: none could be read
    int is_rough;  // an old kernel: what is mapped from files is included
    int64_t sum;  // bytes; a page that processes share counts for each of them
    int64_t largest;  // of that, the part of the process with the most
    int64_t mapped;  // bytes mapped from files by the process that has the most of them
    int64_t walked;  // bytes of which the kernel visits each page in jobmon_trees_count
};

// What is known of the processes of commands. Only for one thread.
struct jobmon_trees;

// `proc`: where /proc is. NULL: there is no memory.
struct jobmon_trees *jobmon_trees_new(const char *proc);
void jobmon_trees_free(struct jobmon_trees *trees);

// Finds the processes that came since the last call, and whose they are: descendants of a command, and processes in its
// own group. A process that was found stays its command's when its parent is gone. `roots`: all running commands, in the
// order of their starts, by which their numbers rise. `spared`: processes that are nobody's. `orphans`: the command of
// every other process that has become our child; -1: of none. 0; -1: /proc could not be listed.
int jobmon_trees_find(
    struct jobmon_trees *trees, const struct jobmon_root *roots, size_t count, const pid_t *spared,
    size_t spared_count, int64_t orphans);

// Reads how much memory a command has. Takes some ten microseconds for each process, however much it has.
void jobmon_trees_read(struct jobmon_trees *trees, int64_t command, struct jobmon_tree_memory *memory);

// The memory of a command's processes as of the last read, each page counted once: bytes. The kernel visits each page
// for that (some ten milliseconds for a gigabyte). `is_exact` becomes 0 if the kernel does not tell it for one of them:
// the true number may be lower then.
int64_t jobmon_trees_count(struct jobmon_trees *trees, int64_t command, int *is_exact);

// Processor time of this thread in nanoseconds.
int64_t jobmon_thread_time(void);

#endif
