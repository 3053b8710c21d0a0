#define _GNU_SOURCE
#include "jobmon_hook.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "jobmon_descriptors.h"
#include "jobmon_process.h"

int jobmon_memory_file(const char *name, int lowest) {
    int made = -1;
#ifdef SYS_memfd_create
    // MFD_CLOEXEC and MFD_NOEXEC_SEAL. A kernel may refuse without the latter; older kernels do not know it.
    made = (int)syscall(SYS_memfd_create, name, 1U | 8U);
    if (made < 0 && errno == EINVAL) made = (int)syscall(SYS_memfd_create, name, 1U);
#endif
    if (made < 0) {
        // An unlinked file serves the same purpose.
        char path[] = "/tmp/jobmon-hook.XXXXXX";
        made = mkostemp(path, O_CLOEXEC);
        if (made < 0) return -1;
        unlink(path);
    }
    int kept = fcntl(made, F_DUPFD, lowest);
    int error = errno;
    close(made);
    errno = error;
    return kept;
}

int jobmon_process_descriptor(pid_t process) {
#ifdef SYS_pidfd_open
    int made = (int)syscall(SYS_pidfd_open, process, 0);
    if (made < 0 || made > 2) return made;
    // The descriptor took the number of a standard descriptor that was closed.
    int kept = fcntl(made, F_DUPFD_CLOEXEC, 3);
    close(made);
    return kept;
#else
    (void)process;
    errno = ENOSYS;
    return -1;
#endif
}

int jobmon_process_end(int descriptor, int *status) {
    // The first version of the kernel's struct pidfd_info, with the mask of the requested members.
    struct {
        uint64_t mask, cgroup;
        uint32_t process, group, parent, users[8];
        int32_t status;
    } info = {.mask = 1U << 3};
    if (descriptor < 0 || ioctl(descriptor, _IOWR(0xFF, 11, info), &info) != 0) return -1;
    if ((info.mask & 1U << 3) == 0) return 0;
    *status = info.status;
    return 1;
}

int jobmon_go_background(pid_t *background, int descriptor) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return -1;
    pid_t child = fork();
    if (child < 0) {
        close(ends[0]);
        close(ends[1]);
        return -1;
    }
    if (child > 0) {
        close(ends[1]);
        pid_t found = -1;
        ssize_t count;
        while ((count = read(ends[0], &found, sizeof found)) < 0 && errno == EINTR) {}
        close(ends[0]);
        // The child exits at once: its own child becomes an orphan, so that the shell never finds a child that it did
        // not start.
        while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {}
        if (count != (ssize_t)sizeof found || found < 0) return -1;
        *background = found;
        return 1;
    }
    pid_t own = fork();
    if (own != 0) {
        ssize_t written = write(ends[1], &own, sizeof own);
        _exit(written == (ssize_t)sizeof own ? 0 : 1);
    }
    setsid();
    int none = open("/dev/null", O_RDWR);
    for (int fd = 0; fd < 3; fd++) {
        if (none >= 0) dup2(none, fd);
    }
    const int kept[] = {0, 1, 2, descriptor};
    jobmon_close_all_but(kept, descriptor < 0 ? 3 : 4);
    return 0;
}

static const char *trapped_path;
static char *const *trapped_arguments;
extern char **environ;

static void trapped(int number) {
    (void)number;
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    // execve is allowed in a handler, and resets every handler to the default.
    execve(trapped_path, trapped_arguments, environ);
    _exit(126);
}

void jobmon_exec_if_trapped(const char *path, char *const arguments[]) {
    trapped_path = strdup(path);
    if (trapped_path == NULL) return;
    trapped_arguments = arguments;
    static const int faults[] = {SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGFPE, SIGABRT};
    struct sigaction action = {.sa_handler = trapped, .sa_flags = SA_NODEFER};
    for (size_t index = 0; index < sizeof faults / sizeof *faults; index++) sigaction(faults[index], &action, NULL);
}
