#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "internal.h"
#include "jobmon_descriptors.h"
#include "jobmon_process.h"
#include "jobmon_signals.h"
#include "jobmon_witness.h"

// Sets a command line and name of its own: whoever selects processes by these means us or the command, not the witness.
static void rename_process(pid_t parent) {
    prctl(PR_SET_NAME, "signal-witness", 0, 0, 0);
    char text[2048];
    int fd = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
    ssize_t count = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
    if (fd >= 0) close(fd);
    if (count <= 0) return;
    text[count] = 0;
    char *field = strrchr(text, ')');
    // The loop starts at the end of field 2; fields 48 and 49 are the start and end of the arguments.
    for (int i = 2; field && i < 48; i++) {
        field = strchr(field, ' ');
        if (field) field++;
    }
    if (!field) return;
    char *start = (char *)strtoull(field, &field, 10);
    char *end = (char *)strtoull(field, NULL, 10);
    if (!start || end <= start) return;
    memset(start, 0, (size_t)(end - start));
    snprintf(start, (size_t)(end - start), "[signals of %d]", (int)parent);
}

static void witness(pid_t parent, int apart, int report) {
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    if (getppid() != parent) _exit(0);
    uint64_t all = ~0ULL;
    if (apart) {
        setpgid(0, 0);
        // Discard signals that were sent to our former group meanwhile: the command has not received them.
        struct timespec now = {0, 0};
        while (syscall(SYS_rt_sigtimedwait, &all, NULL, &now, sizeof all) > 0) {}
    }
    if (dup2(report, 0) < 0) _exit(0);
    int kept = 0;
    jobmon_close_all_but(&kept, 1);
    rename_process(parent);
    for (;;) {
        siginfo_t info;
        memset(&info, 0, sizeof info);
        long number = syscall(SYS_rt_sigtimedwait, &all, &info, NULL, sizeof all);
        if (number <= 0) continue;
        struct jobmon_signal record = {
            .number = (int32_t)number,
            .code = info.si_code,
            .pid = info.si_code <= 0 ? info.si_pid : 0,
            .value = info.si_code == SI_QUEUE ? info.si_value.sival_int : 0,
            .at = jobmon_now(),
        };
        if (write(0, &record, sizeof record) < 0 && errno == EPIPE) _exit(0);
    }
}

pid_t jobmon_witness_start(int apart, int *reading) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0) return -1;
    sigset_t all, before;
    sigfillset(&all);
    pid_t parent = getpid();
    // Signals are blocked from its first moment on: none is lost, and none ends it.
    pthread_sigmask(SIG_SETMASK, &all, &before);
    // Like fork(), but without a signal at its end, so that it goes unnoticed.
    pid_t pid = (pid_t)syscall(SYS_clone, 0UL, NULL, NULL, NULL, NULL);
    if (pid == 0) witness(parent, apart, ends[1]);
    int error = errno;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        errno = error;
        return -1;
    }
    *reading = ends[0];
    return pid;
}

int jobmon_witness_ask(pid_t pid, int32_t value) {
    union sigval with = {.sival_int = value};
    return sigqueue(pid, JOBMON_WITNESS_ANSWER, with) < 0 ? errno : 0;
}

void jobmon_witness_end(pid_t pid, int reading) {
    close(reading);
    kill(pid, SIGKILL);
    while (waitpid(pid, NULL, __WCLONE) < 0 && errno == EINTR) {}
}
