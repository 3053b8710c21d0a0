#define _GNU_SOURCE
#include "jobmon_detach.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "jobmon_descriptors.h"

static void fail_start(int pipe_end) {
    int error = errno;
    ssize_t ignored = write(pipe_end, &error, sizeof error);
    (void)ignored;
    _exit(127);
}

int jobmon_start_detached(
    const char *path, char *const arguments[], char *const environment[], const char *stderr_path,
    const char *directory) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0) return errno;
    pid_t between = fork();
    if (between < 0) {
        int error = errno;
        close(ends[0]);
        close(ends[1]);
        return error;
    }
    if (between == 0) {
        // From here on only calls that are safe between fork and exec in a program with threads.
        if (setsid() < 0) fail_start(ends[1]);
        pid_t process = fork();
        if (process < 0) fail_start(ends[1]);
        if (process > 0) _exit(0);
        for (int signal = 1; signal < 65; signal++)
            if (signal != SIGKILL && signal != SIGSTOP && signal != 32 && signal != 33) {
                struct sigaction action = {0};
                action.sa_handler = SIG_DFL;
                sigaction(signal, &action, NULL);
            }
        sigset_t none;
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, NULL);
        int null = open("/dev/null", O_RDWR);
        if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0) fail_start(ends[1]);
        int errors = stderr_path == NULL
                         ? null
                         : open(stderr_path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (dup2(errors < 0 ? null : errors, 2) < 0) fail_start(ends[1]);
        if (directory != NULL && chdir(directory) < 0) fail_start(ends[1]);
        // The end of the pipe closes at the exec, like all other open descriptors.
        jobmon_close_others_at_exec();
        execve(path, arguments, environment);
        fail_start(ends[1]);
    }
    close(ends[1]);
    int status;
    while (waitpid(between, &status, 0) < 0 && errno == EINTR) {}
    int error = 0;
    ssize_t got;
    do got = read(ends[0], &error, sizeof error);
    while (got < 0 && errno == EINTR);
    close(ends[0]);
    return got == sizeof error ? error : 0;
}
