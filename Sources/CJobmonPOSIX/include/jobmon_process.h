// Starting processes, waiting for them and examining them.
#ifndef JOBMON_PROCESS_H
#define JOBMON_PROCESS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// Values for a command's descriptor, other than a descriptor of this process.
#define JOBMON_KEEP (-1)
#define JOBMON_CLOSE (-2)

// The step of a start that failed.
#define JOBMON_STEP_DIRECTORY 1
#define JOBMON_STEP_OUTPUT 2
#define JOBMON_STEP_COMMAND 3
#define JOBMON_STEP_PROCESS 4

// A command to start. Texts are exact bytes; "packed" means one after the other, each with a NUL at its end.
struct jobmon_command {
    const char *arguments;  // packed; the first is the program
    size_t argument_count;
    char *const *environment;  // NAME=value, NULL at the end
    const char *additions;  // packed NAME=value, which replace the same names in `environment`; a NAME alone removes it
    size_t addition_count;
    const char *directory;  // NULL: ours
    int descriptors[3];  // descriptors of ours, or JOBMON_KEEP, or JOBMON_CLOSE
    int own_group;  // a process group of its own
    int close_others;  // no descriptor above 2
    int signals_as_started;  // dispositions and mask as at jobmon_signals_remember; else all default, none blocked
    int dies_with_us;  // the kernel kills it when this process ends (not with jobmon_begin)
};

// The result of a start.
struct jobmon_report {
    int step;  // the step that failed; 0: none
    int error;
    int64_t floor;  // bytes of memory of the process before it executed: the minimum of its ru_maxrss
};

// Starts a command from a copy of this process. Returns its pid once it executes, or -1 with the failed step.
pid_t jobmon_start(const struct jobmon_command *command, struct jobmon_report *report);

// Executes a command in place of this process; its directory, descriptors, group and dies_with_us are ignored. Returns
// only if that fails, with the errno.
int jobmon_replace(const struct jobmon_command *command);

// A start that is under way.
struct jobmon_launch;

// Begins to start a command and returns while it starts: its process shares our memory until it executes (which is
// several times as fast, but its ru_maxrss is at least our own peak). Returns its pid, or -1 with the failed step. The
// data behind `command` may be freed at once. If the start fails later, the process ends with 127, and
// jobmon_launch_end says why.
pid_t jobmon_begin(const struct jobmon_command *command, struct jobmon_launch **launch, struct jobmon_report *report);
// Whether the process executes or has ended.
int jobmon_launch_is_over(const struct jobmon_launch *launch);
// Frees a launch that is over, or whose process was reaped, and reports its result.
void jobmon_launch_end(struct jobmon_launch *launch, struct jobmon_report *report);

// A process that has ended (or stopped).
struct jobmon_ended {
    pid_t pid;
    int status;  // a wait status
    double cpu;  // seconds, user and system, with the descendants that it waited for
    int64_t maxrss;  // bytes
};

// wait4(pid, ..., options). 1: `ended` is filled; 0: nothing yet; -1: no such child.
int jobmon_wait(pid_t pid, int options, struct jobmon_ended *ended);
// The pid of a child that has ended (-1: of any child), without reaping it; 0: none.
pid_t jobmon_peek_ended(pid_t pid);
// The signal that has stopped this child since the last call; 0: none.
int jobmon_take_stop(pid_t pid);

int jobmon_status_code(int status);
int jobmon_status_signalled(int status);
int jobmon_status_signal(int status);

// The environment of this process.
char *const *jobmon_environment(void);
// Makes orphaned descendants children of this process (1) or of init (0). 0 or errno.
int jobmon_adopt_orphans(int adopt);
// Ends this process by a signal, as its parent sees it, without a core dump.
void jobmon_die_by(int signal);
// fork(), which Swift does not have. Only in a process with one thread.
pid_t jobmon_fork(void);
// The text of an error number. 0, or -1.
int jobmon_error_text(int error, char *text, size_t capacity);

#endif
