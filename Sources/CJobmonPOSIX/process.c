#define _GNU_SOURCE
#include "jobmon_process.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static double seconds(struct timeval time) { return (double)time.tv_sec + (double)time.tv_usec / 1e6; }

int jobmon_wait(pid_t pid, int options, struct jobmon_ended *ended) {
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

pid_t jobmon_peek_ended(pid_t pid) {
    siginfo_t info;
    info.si_pid = 0;
    int options = WEXITED | WNOHANG | WNOWAIT;
    return waitid(pid < 0 ? P_ALL : P_PID, pid < 0 ? 0 : (id_t)pid, &info, options) < 0 ? 0 : info.si_pid;
}

int jobmon_take_stop(pid_t pid) {
    siginfo_t info;
    info.si_pid = 0;
    if (waitid(P_PID, (id_t)pid, &info, WSTOPPED | WNOHANG) < 0 || info.si_pid == 0) return 0;
    return info.si_status;
}

char *const *jobmon_environment(void) { return environ; }

int jobmon_status_code(int status) { return WEXITSTATUS(status); }
int jobmon_status_signalled(int status) { return WIFSIGNALED(status); }
int jobmon_status_signal(int status) { return WTERMSIG(status); }

int jobmon_adopt_orphans(int adopt) { return prctl(PR_SET_CHILD_SUBREAPER, adopt, 0, 0, 0) < 0 ? errno : 0; }

void jobmon_die_by(int number) {
    // RLIMIT_CORE has no effect if core dumps go to a pipe.
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

pid_t jobmon_fork(void) { return fork(); }

int jobmon_error_text(int error, char *text, size_t capacity) {
    const char *found = strerror_r(error, text, capacity);
    if (found != text) {
        strncpy(text, found, capacity - 1);
        text[capacity - 1] = 0;
    }
    return 0;
}
