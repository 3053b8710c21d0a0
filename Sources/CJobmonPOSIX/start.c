#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "internal.h"
#include "jobmon_descriptors.h"
#include "jobmon_process.h"
#include "jobmon_signals.h"
#include "raw.h"

// The child's data, all prepared before it exists. The child may share our memory while we continue. So from its first
// instruction to its execution it allocates nothing, calls the kernel through raw.h only, and writes only here.
struct plan {
    const struct jobmon_command *command;
    char **arguments;
    char **shell_arguments;  // for a script without #!, as execvp does: the shell, the file, the arguments
    char **environment;
    char *candidates;  // packed: the files to try
    size_t candidate_count;
    const sigset_t *mask;
    pid_t parent;  // the process that starts the child
    int report;  // the pipe to the parent; -1: the memory is shared
    volatile struct jobmon_report told;
};

// Sends the report to the parent, unless the parent shares the memory.
static void tell(struct plan *plan) {
    if (plan->report < 0) return;
    struct jobmon_report told = plan->told;
    while (raw3(SYS_write, plan->report, (long)&told, sizeof told) == -EINTR) {}
}

static void fail(struct plan *plan, int step, int error) {
    plan->told.step = step;
    plan->told.error = error;
    tell(plan);
    for (;;) raw1(SYS_exit_group, 127);
}

// Moves the descriptors to 0, 1 and 2, whatever their numbers are. 0 or errno.
static int place(struct plan *plan) {
    int source[3];
    for (int i = 0; i < 3; i++) {
        source[i] = plan->command->descriptors[i];
        if (source[i] >= 0 && source[i] < 3 && source[i] != i) {
            source[i] = (int)raw3(SYS_fcntl, source[i], F_DUPFD_CLOEXEC, 3);
            if (source[i] < 0) return -source[i];
        }
    }
    for (int i = 0; i < 3; i++) {
        long result = 0;
        if (source[i] == JOBMON_CLOSE) {
            raw1(SYS_close, i);
        } else if (source[i] == i) {
            result = raw2(SYS_fcntl, i, F_GETFD);
            if (result >= 0) result = raw3(SYS_fcntl, i, F_SETFD, result & ~FD_CLOEXEC);
        } else if (source[i] >= 0) {
            do { result = raw3(SYS_dup3, source[i], i, 0); } while (result == -EINTR || result == -EBUSY);
        }
        if (result < 0) return (int)-result;
    }
    return 0;
}

// Tries each file, as execvp does. Returns the most informative error.
static int execute(struct plan *plan) {
    int denied = 0, error = ENOENT;
    const char *file = plan->candidates;
    for (size_t i = 0; i < plan->candidate_count; i++, file += strlen(file) + 1) {
        error = (int)-raw3(SYS_execve, (long)file, (long)plan->arguments, (long)plan->environment);
        if (error == ENOEXEC) {
            plan->shell_arguments[1] = (char *)file;
            error = (int)-raw3(
                SYS_execve, (long)plan->shell_arguments[0], (long)plan->shell_arguments, (long)plan->environment);
        }
        switch (error) {
        case EACCES: denied = 1; break;
        case ENOENT:
        case ENOTDIR:
        case ESTALE:
        case ENODEV:
        case ETIMEDOUT: break;
        default: return error;
        }
    }
    if (denied) return EACCES;
    return plan->candidate_count > 1 ? ENOENT : error;
}

static int child(void *argument) {
    struct plan *plan = argument;
    const struct jobmon_command *command = plan->command;
    if (command->own_group) raw2(SYS_setpgid, 0, 0);
    if (command->dies_with_us) {
        raw2(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL);
        // If the parent ended before the prctl, no signal comes.
        if (raw1(SYS_getppid, 0) != plan->parent) raw2(SYS_kill, raw1(SYS_getpid, 0), SIGKILL);
    }
    jobmon_signals_for_child(command->signals_as_started);
    if (command->directory) {
        long error = -raw1(SYS_chdir, (long)command->directory);
        if (error) fail(plan, JOBMON_STEP_DIRECTORY, (int)error);
    }
    int error = place(plan);
    if (error) fail(plan, JOBMON_STEP_OUTPUT, error);
    if (command->close_others) jobmon_close_others_at_exec();
    struct rusage usage;
    if (raw2(SYS_getrusage, RUSAGE_SELF, (long)&usage) == 0) plan->told.floor = (int64_t)usage.ru_maxrss * 1024;
    tell(plan);
    raw4(SYS_rt_sigprocmask, SIG_SETMASK, (long)plan->mask, 0, 8);
    fail(plan, JOBMON_STEP_COMMAND, execute(plan));
    return 127;
}

// ---- Before the fork ----

static void unpack(const char *packed, size_t count, char **into) {
    for (size_t i = 0; i < count; i++) {
        into[i] = (char *)packed;
        packed += strlen(packed) + 1;
    }
}

static int replaced(const char *entry, char *const *additions, size_t count) {
    size_t name = (size_t)(strchrnul(entry, '=') - entry);
    for (size_t i = 0; i < count; i++) {
        char after = strncmp(entry, additions[i], name) == 0 ? additions[i][name] : 'x';
        if (after == '=' || after == 0) return 1;
    }
    return 0;
}

static const char *search_path(char *const *environment) {
    for (; *environment; environment++) {
        if (strncmp(*environment, "PATH=", 5) == 0) return *environment + 5;
    }
    return "/bin:/usr/bin";
}

// The files that execvp would try, packed.
static char *candidates(const char *program, const char *search, size_t *count) {
    size_t length = strlen(program);
    *count = 1;
    if (length == 0 || strchr(program, '/')) return strdup(program);
    size_t parts = 1;
    for (const char *c = search; *c; c++) parts += *c == ':';
    char *all = malloc(strlen(search) + parts * (length + 2) + 1);
    if (!all) return NULL;
    char *to = all;
    *count = 0;
    for (const char *from = search;;) {
        const char *end = strchrnul(from, ':');
        if (end > from) {
            memcpy(to, from, (size_t)(end - from));
            to += end - from;
            *to++ = '/';
        }
        memcpy(to, program, length + 1);
        to += length + 1;
        (*count)++;
        if (!*end) break;
        from = end + 1;
    }
    return all;
}

static int make_plan(struct plan *plan, const struct jobmon_command *command) {
    size_t inherited = 0;
    while (command->environment && command->environment[inherited]) inherited++;
    plan->arguments = calloc(command->argument_count + 1, sizeof(char *));
    plan->shell_arguments = calloc(command->argument_count + 2, sizeof(char *));
    plan->environment = calloc(inherited + command->addition_count + 1, sizeof(char *));
    char **additions = calloc(command->addition_count + 1, sizeof(char *));
    if (!plan->arguments || !plan->shell_arguments || !plan->environment || !additions) {
        free(additions);
        return ENOMEM;
    }

    unpack(command->arguments, command->argument_count, plan->arguments);
    plan->shell_arguments[0] = "/bin/sh";
    for (size_t i = 1; i < command->argument_count; i++) plan->shell_arguments[i + 1] = plan->arguments[i];
    unpack(command->additions, command->addition_count, additions);
    size_t count = 0;
    for (size_t i = 0; i < command->addition_count; i++) {
        if (strchr(additions[i], '=')) plan->environment[count++] = additions[i];
    }
    for (size_t i = 0; i < inherited; i++) {
        char *entry = command->environment[i];
        if (!replaced(entry, additions, command->addition_count)) plan->environment[count++] = entry;
    }
    free(additions);
    const char *search = search_path(plan->environment);
    plan->candidates = candidates(plan->arguments[0], search, &plan->candidate_count);
    return plan->candidates ? 0 : ENOMEM;
}

static pid_t start_copying(struct plan *plan, int *error) {
    int report[2];
    if (pipe2(report, O_CLOEXEC) < 0) {
        *error = errno;
        return -1;
    }
    // Above 2, so that placing the command's descriptors does not overwrite it.
    plan->report = report[1] > 2 ? report[1] : fcntl(report[1], F_DUPFD_CLOEXEC, 3);
    pid_t pid = fork();
    if (pid == 0) child(plan);
    *error = errno;
    close(report[1]);
    if (plan->report != report[1]) close(plan->report);
    struct jobmon_report told;
    for (ssize_t count = 1; pid > 0 && count != 0;) {
        count = read(report[0], &told, sizeof told);
        if (count == (ssize_t)sizeof told) plan->told = told;
    }
    close(report[0]);
    return pid;
}

static void free_plan(struct plan *plan) {
    free(plan->arguments);
    free(plan->shell_arguments);
    free(plan->environment);
    free(plan->candidates);
}

// Calls `make` with all signals blocked: no handler of ours may run in a child that shares our memory.
static pid_t with_signals_blocked(struct plan *plan, pid_t (*make)(struct plan *, int *), int *error) {
    sigset_t all, before, none;
    jobmon_signals_remember();
    sigfillset(&all);
    sigemptyset(&none);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    plan->mask = plan->command->signals_as_started ? jobmon_signals_started_mask() : &none;
    pid_t pid = make(plan, error);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return pid;
}

pid_t jobmon_start(const struct jobmon_command *command, struct jobmon_report *report) {
    struct plan plan = {.command = command, .parent = getpid(), .report = -1};
    pid_t pid = -1;
    int error = command->argument_count > 0 ? make_plan(&plan, command) : EINVAL;
    if (!error) pid = with_signals_blocked(&plan, start_copying, &error);
    free_plan(&plan);
    *report = plan.told;
    if (pid < 0) {
        report->step = JOBMON_STEP_PROCESS;
        report->error = error;
    } else if (report->step) {
        while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) {}
        pid = -1;
    }
    return pid;
}

int jobmon_replace(const struct jobmon_command *command) {
    struct plan plan = {.command = command, .report = -1};
    int error = command->argument_count > 0 ? make_plan(&plan, command) : EINVAL;
    if (!error) {
        sigset_t all, before, none;
        sigfillset(&all);
        sigemptyset(&none);
        pthread_sigmask(SIG_SETMASK, &all, &before);
        jobmon_signals_remember();
        jobmon_signals_for_child(command->signals_as_started);
        const sigset_t *mask = command->signals_as_started ? jobmon_signals_started_mask() : &none;
        pthread_sigmask(SIG_SETMASK, mask, NULL);
        error = execute(&plan);
        pthread_sigmask(SIG_SETMASK, &before, NULL);
    }
    free_plan(&plan);
    return error;
}

// ---- Sharing our memory ----

struct jobmon_launch {
    struct plan plan;  // first: a plan and its launch have the same address
    struct jobmon_command command;  // a copy: the caller's own is gone before the child has executed
    sigset_t none;
    // Not 0: the child may still read all this. The kernel writes 0 when it has executed or ended.
    pid_t sharing;
    _Alignas(16) char stack[32768];
};

static size_t packed_size(const char *packed, size_t count) {
    const char *end = packed;
    for (size_t i = 0; i < count; i++) end += strlen(end) + 1;
    return (size_t)(end - packed);
}

static void free_launch(struct jobmon_launch *launch) {
    free_plan(&launch->plan);
    free((char *)launch->command.arguments);
    free(launch);
}

static struct jobmon_launch *make_launch(const struct jobmon_command *command, int *error) {
    struct jobmon_launch *launch = malloc(sizeof *launch);
    *error = launch ? EINVAL : ENOMEM;
    if (!launch || command->argument_count == 0) {
        free(launch);
        return NULL;
    }
    size_t arguments = packed_size(command->arguments, command->argument_count);
    size_t additions = packed_size(command->additions, command->addition_count);
    size_t directory = command->directory ? strlen(command->directory) + 1 : 0;
    char *texts = malloc(arguments + additions + directory);
    launch->plan = (struct plan){.command = &launch->command, .report = -1};
    launch->command = *command;
    launch->command.arguments = texts;
    if (texts) {
        memcpy(texts, command->arguments, arguments);
        if (additions) memcpy(texts + arguments, command->additions, additions);
        launch->command.additions = texts + arguments;
        if (directory) launch->command.directory = memcpy(texts + arguments + additions, command->directory, directory);
        *error = make_plan(&launch->plan, &launch->command);
        if (!*error) return launch;
    } else {
        *error = ENOMEM;
    }
    free_launch(launch);
    return NULL;
}

static pid_t start_sharing(struct plan *plan, int *error) {
    struct jobmon_launch *launch = (struct jobmon_launch *)plan;
    // The child reads its mask after this function has returned.
    if (!plan->command->signals_as_started) {
        sigemptyset(&launch->none);
        plan->mask = &launch->none;
    }
    launch->sharing = 1;
    int flags = CLONE_VM | CLONE_CHILD_CLEARTID | SIGCHLD;
    if (!JOBMON_RAW_CALLS) flags |= CLONE_VFORK;
    char *top = launch->stack + sizeof launch->stack;
    pid_t pid = clone(child, top, flags, plan, NULL, NULL, &launch->sharing);
    // A sandbox may allow only the call that posix_spawn makes, which waits.
    if (pid < 0 && errno == EINVAL) pid = clone(child, top, flags | CLONE_VFORK, plan, NULL, NULL, &launch->sharing);
    *error = errno;
    return pid;
}

pid_t jobmon_begin(const struct jobmon_command *command, struct jobmon_launch **launch, struct jobmon_report *report) {
    *report = (struct jobmon_report){0};
    int error;
    pid_t pid = -1;
    *launch = make_launch(command, &error);
    if (*launch) pid = with_signals_blocked(&(*launch)->plan, start_sharing, &error);
    // The child does this too. Whichever is first, the group exists from here on and can be signalled.
    if (pid > 0 && command->own_group) setpgid(pid, pid);
    if (pid < 0) {
        if (*launch) free_launch(*launch);
        *launch = NULL;
        report->step = JOBMON_STEP_PROCESS;
        report->error = error;
    }
    return pid;
}

int jobmon_launch_is_over(const struct jobmon_launch *launch) {
    return __atomic_load_n(&launch->sharing, __ATOMIC_ACQUIRE) == 0;
}

void jobmon_launch_end(struct jobmon_launch *launch, struct jobmon_report *report) {
    *report = launch->plan.told;
    free_launch(launch);
}
