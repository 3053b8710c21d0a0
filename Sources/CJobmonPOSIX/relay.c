#define _GNU_SOURCE
#include "jobmon_relay.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

// Blocks SIGTTOU. A relay in the background may write what its command may write: the command is stopped, not the
// relay.
static sigset_t without_ttou(void) {
    sigset_t ttou, before;
    sigemptyset(&ttou);
    sigaddset(&ttou, SIGTTOU);
    pthread_sigmask(SIG_BLOCK, &ttou, &before);
    return before;
}

int jobmon_kind(int fd) {
    struct stat info;
    if (fstat(fd, &info) < 0) return JOBMON_KIND_CLOSED;
    if (S_ISREG(info.st_mode)) return JOBMON_KIND_FILE;
    if (S_ISFIFO(info.st_mode)) return JOBMON_KIND_PIPE;
    if (S_ISSOCK(info.st_mode)) return JOBMON_KIND_SOCKET;
    return isatty(fd) ? JOBMON_KIND_TERMINAL : JOBMON_KIND_OTHER;
}

int jobmon_same(int one, int other) {
    struct stat a, b;
    if (fstat(one, &a) < 0 || fstat(other, &b) < 0) return 0;
    // A terminal may have several names.
    if (S_ISCHR(a.st_mode) && S_ISCHR(b.st_mode)) return a.st_rdev == b.st_rdev;
    return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

int jobmon_fill_standard_descriptors(void) {
    int filled = 0;
    for (int fd = 0; fd < 3; fd++) {
        if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF) continue;
        // `fd` is the lowest free number, so open returns it.
        if (open("/dev/null", O_RDWR | O_CLOEXEC) == fd) filled |= 1 << fd;
    }
    return filled;
}

int jobmon_terminal_open(int like, int *inner, int *outer) {
    struct termios settings;
    struct winsize size;
    if (tcgetattr(like, &settings) < 0) return errno;
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    if (master < 0) return errno;
    char name[64];
    int slave = -1;
    if (grantpt(master) == 0 && unlockpt(master) == 0 && ptsname_r(master, name, sizeof name) == 0) {
        slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    }
    if (slave < 0) {
        int error = errno;
        close(master);
        return error;
    }
    // Output is processed once, by the real terminal.
    settings.c_oflag &= ~(tcflag_t)OPOST;
    tcsetattr(slave, TCSANOW, &settings);
    if (ioctl(like, TIOCGWINSZ, &size) == 0) ioctl(slave, TIOCSWINSZ, &size);
    *inner = slave;
    *outer = master;
    return 0;
}

int jobmon_terminal_pass_size(int from, int outer) {
    struct winsize real, ours;
    if (ioctl(from, TIOCGWINSZ, &real) < 0 || ioctl(outer, TIOCGWINSZ, &ours) < 0) return 0;
    if (memcmp(&real, &ours, sizeof real) == 0) return 0;
    return ioctl(outer, TIOCSWINSZ, &real) == 0;
}

size_t jobmon_terminal_settings_size(void) { return sizeof(struct termios); }

void jobmon_terminal_note_settings(int outer, void *last) {
    memset(last, 0, sizeof(struct termios));
    tcgetattr(outer, last);
}

void jobmon_terminal_pass_settings(int outer, int real, void *last) {
    struct termios now, before, outside;
    memset(&now, 0, sizeof now);
    memcpy(&before, last, sizeof before);
    if (tcgetattr(outer, &now) < 0 || memcmp(&now, &before, sizeof now) == 0) return;
    memcpy(last, &now, sizeof now);
    if (tcgetattr(real, &outside) < 0) return;
    // Only a command that makes the whole terminal raw wants raw output; else the real terminal processes output.
    int raw = !(now.c_lflag & (ICANON | ISIG | IEXTEN)) && !(now.c_oflag & OPOST);
    struct termios wanted = now;
    wanted.c_oflag = raw ? now.c_oflag & ~(tcflag_t)OPOST : now.c_oflag | OPOST;
    if (tcgetpgrp(real) != getpgrp()) return;
    sigset_t mask = without_ttou();
    tcsetattr(real, TCSADRAIN, &wanted);
    pthread_sigmask(SIG_SETMASK, &mask, NULL);
}

int jobmon_reopen_for_writing(int fd) {
    char path[40];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    return open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

ssize_t jobmon_pass_on(int fd, int kind, const void *bytes, size_t count) {
    if (kind == JOBMON_KIND_SOCKET) return send(fd, bytes, count, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (kind != JOBMON_KIND_TERMINAL) return write(fd, bytes, count);
    sigset_t before = without_ttou();
    ssize_t result = write(fd, bytes, count);
    int error = errno;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = error;
    return result;
}

int jobmon_readable_bytes(int fd) {
    int count = 0;
    return ioctl(fd, FIONREAD, &count) < 0 ? 0 : count;
}

off_t jobmon_output_position(int fd) {
    int flags = fcntl(fd, F_GETFL);
    struct stat info;
    if (flags >= 0 && (flags & O_APPEND) && fstat(fd, &info) == 0) return info.st_size;
    return lseek(fd, 0, SEEK_CUR);
}

ssize_t jobmon_read_behind(int fd, void *bytes, size_t count, off_t offset) {
    ssize_t direct = pread(fd, bytes, count, offset);
    if (direct >= 0) return direct;
    char path[40];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    int reading = open(path, O_RDONLY | O_CLOEXEC);
    if (reading < 0) return -1;
    ssize_t result = pread(reading, bytes, count, offset);
    int error = errno;
    close(reading);
    errno = error;
    return result;
}
