#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "internal.h"
#include "jobmon_process.h"
#include "jobmon_signals.h"

// What the child works with: all made before it exists.
struct plan {
    const struct jp_command *command;
    char **arguments;
    char **shell_arguments;  // for a script without #!, as execvp does: the shell, the file, the arguments
    char **environment;
    char *candidates;  // packed: the files to try
    size_t candidate_count;
    const sigset_t *mask;
    int report;  // the pipe to the parent; -1: it shares our memory
    volatile struct jp_report told;
};

// Brings what was told to the parent, unless it sees it anyway.
static void tell(struct plan *plan) {
    if (plan->report < 0) return;
    struct jp_report told = plan->told;
    while (write(plan->report, &told, sizeof told) < 0 && errno == EINTR) {}
}

static void fail(struct plan *plan, int step, int error) {
    plan->told.step = step;
    plan->told.error = error;
    tell(plan);
    _exit(127);
}

// Puts descriptors in their places, whatever their numbers are.
static int place(struct plan *plan) {
    int source[3];
    for (int i = 0; i < 3; i++) {
        source[i] = plan->command->descriptors[i];
        if (source[i] >= 0 && source[i] < 3 && source[i] != i) {
            source[i] = fcntl(source[i], F_DUPFD_CLOEXEC, 3);
            if (source[i] < 0) return errno;
        }
    }
    for (int i = 0; i < 3; i++) {
        if (source[i] == JP_CLOSE) {
            close(i);
        } else if (source[i] == i) {
            int flags = fcntl(i, F_GETFD);
            if (flags < 0 || fcntl(i, F_SETFD, flags & ~FD_CLOEXEC) < 0) return errno;
        } else if (source[i] >= 0) {
            int result;
            do { result = dup2(source[i], i); } while (result < 0 && (errno == EINTR || errno == EBUSY));
            if (result < 0) return errno;
        }
    }
    return 0;
}

// Tries each file, as execvp does. Returns the error that says most.
static int execute(struct plan *plan) {
    int denied = 0, error = ENOENT;
    const char *file = plan->candidates;
    for (size_t i = 0; i < plan->candidate_count; i++, file += strlen(file) + 1) {
        execve(file, plan->arguments, plan->environment);
        if (errno == ENOEXEC) {
            plan->shell_arguments[1] = (char *)file;
            execve(plan->shell_arguments[0], plan->shell_arguments, plan->environment);
        }
        switch (errno) {
        case EACCES: denied = 1; break;
        case ENOENT:
        case ENOTDIR:
        case ESTALE:
        case ENODEV:
        case ETIMEDOUT: break;
        default: return errno;
        }
        error = errno;
    }
    if (denied) return EACCES;
    return plan->candidate_count > 1 ? ENOENT : error;
}

static int child(void *argument) {
    struct plan *plan = argument;
    const struct jp_command *command = plan->command;
    if (command->own_group) setpgid(0, 0);
    jp_signals_for_child(command->signals_as_started);
    if (command->directory && chdir(command->directory) < 0) fail(plan, JP_STEP_DIRECTORY, errno);
    int error = place(plan);
    if (error) fail(plan, JP_STEP_OUTPUT, error);
    if (command->close_others) jp_cloexec_above_2();
    struct rusage usage;
    if (getrusage(RUSAGE_SELF, &usage) == 0) plan->told.floor = (int64_t)usage.ru_maxrss * 1024;
    tell(plan);
    sigprocmask(SIG_SETMASK, plan->mask, NULL);
    error = execute(plan);
    fail(plan, JP_STEP_COMMAND, error);
    return 127;
}

// ---- before the fork ----

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

static int make_plan(struct plan *plan, const struct jp_command *command) {
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

// The child runs on a part of this frame and we are suspended until it executes or exits.
static pid_t start_sharing(struct plan *plan) {
    _Alignas(16) char stack[32768];
    return clone(child, stack + sizeof stack, CLONE_VM | CLONE_VFORK | SIGCHLD, plan);
}

static pid_t start_copying(struct plan *plan, int *error) {
    int report[2];
    if (pipe2(report, O_CLOEXEC) < 0) {
        *error = errno;
        return -1;
    }
    // Among 0 to 2 it would be overwritten when the command's descriptors are put in their places.
    plan->report = report[1] > 2 ? report[1] : fcntl(report[1], F_DUPFD_CLOEXEC, 3);
    pid_t pid = fork();
    if (pid == 0) child(plan);
    *error = errno;
    close(report[1]);
    if (plan->report != report[1]) close(plan->report);
    struct jp_report told;
    for (ssize_t count = 1; pid > 0 && count != 0;) {
        count = read(report[0], &told, sizeof told);
        if (count == (ssize_t)sizeof told) plan->told = told;
    }
    close(report[0]);
    return pid;
}

pid_t jp_start(const struct jp_command *command, struct jp_report *report) {
    sigset_t all, before, none;
    struct plan plan = {.command = command, .report = -1};
    pid_t pid = -1;
    int error = command->argument_count > 0 ? make_plan(&plan, command) : EINVAL;
    if (!error) {
        jp_signals_remember();
        // With all signals blocked no handler of ours runs in a child that shares our memory.
        sigfillset(&all);
        sigemptyset(&none);
        pthread_sigmask(SIG_SETMASK, &all, &before);
        plan.mask = command->signals_as_started ? jp_signals_started_mask() : &none;
        pid = command->shares_memory ? start_sharing(&plan) : start_copying(&plan, &error);
        if (command->shares_memory) error = errno;
        pthread_sigmask(SIG_SETMASK, &before, NULL);
    }
    free(plan.arguments);
    free(plan.shell_arguments);
    free(plan.environment);
    free(plan.candidates);
    *report = plan.told;
    if (pid < 0) {
        report->step = JP_STEP_PROCESS;
        report->error = error;
    } else if (report->step) {
        while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) {}
        pid = -1;
    }
    return pid;
}
