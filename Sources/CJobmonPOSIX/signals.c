#define _GNU_SOURCE
#include "jobmon_signals.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "internal.h"
#include "raw.h"

// Bit n stands for signal n + 1.
static uint64_t ignored_at_start;
// Signals that other libraries in this process ignored when an inbox was opened.
static _Atomic uint64_t ignored_since;
static sigset_t mask_at_start;
static pthread_once_t remembered = PTHREAD_ONCE_INIT;
static _Atomic uint64_t caught;

// The writing ends of the inboxes; 0: free. (A process has one; tests have several.)
#define INBOXES 64
static _Atomic int inboxes[INBOXES];
static int reading_ends[INBOXES];
static pthread_mutex_t opening = PTHREAD_MUTEX_INITIALIZER;

static uint64_t bit(int number) { return 1ULL << (number - 1); }

// The signals that are ignored now.
static uint64_t ignored_now(void) {
    uint64_t ignored = 0;
    struct sigaction action;
    for (int number = 1; number <= 64; number++) {
        if (sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN) ignored |= bit(number);
    }
    // The C library hides signals 32 and 33. But the process that started us may have ignored them, and exec passes
    // that on.
    for (int number = 32; number <= 33; number++) {
        unsigned long raw[8] = {0};
        if (syscall(SYS_rt_sigaction, number, NULL, raw, (size_t)8) == 0 && raw[0] == (unsigned long)SIG_IGN) {
            ignored |= bit(number);
        }
    }
    return ignored;
}

static void remember(void) {
    ignored_at_start = ignored_now();
    pthread_sigmask(SIG_BLOCK, NULL, &mask_at_start);
}

void jobmon_signals_remember(void) { pthread_once(&remembered, remember); }

const sigset_t *jobmon_signals_started_mask(void) {
    jobmon_signals_remember();
    return &mask_at_start;
}

// Whether a signal is a fault of this process, not one that was sent: it must end us as it would without a handler.
static int is_own_fault(int number, const siginfo_t *info) {
    switch (number) {
    case SIGSEGV:
    case SIGBUS:
    case SIGILL:
    case SIGFPE:
    case SIGTRAP:
    case SIGSYS: return info->si_code > 0;
    case SIGABRT: return info->si_code == SI_TKILL && info->si_pid == getpid();
    default: return 0;
    }
}

int64_t jobmon_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void handle(int number, siginfo_t *info, void *context) {
    (void)context;
    int error = errno;
    if (is_own_fault(number, info)) {
        signal(number, SIG_DFL);
        raise(number);
    }
    // The kernel fills in only the members that belong to the code.
    int sent = info->si_code <= 0;
    struct jobmon_signal record = {
        .number = number,
        .code = info->si_code,
        .pid = sent ? info->si_pid : 0,
        .value = info->si_code == SI_QUEUE ? info->si_value.sival_int : 0,
        .at = jobmon_now(),
    };
    for (int i = 0; i < INBOXES; i++) {
        int fd = atomic_load(&inboxes[i]);
        // If the pipe is full, its reader has more to read anyway: SIGCHLD is not counted, only noticed.
        if (fd > 0 && write(fd, &record, sizeof record) < 0) continue;
    }
    errno = error;
}

int jobmon_signals_open(void) {
    int ends[2];
    atomic_fetch_or(&ignored_since, ignored_now());
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0) return -1;
    pthread_mutex_lock(&opening);
    for (int i = 0; i < INBOXES; i++) {
        if (atomic_load(&inboxes[i]) > 0) continue;
        reading_ends[i] = ends[0];
        atomic_store(&inboxes[i], ends[1]);
        pthread_mutex_unlock(&opening);
        return ends[0];
    }
    pthread_mutex_unlock(&opening);
    close(ends[0]);
    close(ends[1]);
    errno = EMFILE;
    return -1;
}

void jobmon_signals_close(int fd) {
    pthread_mutex_lock(&opening);
    for (int i = 0; i < INBOXES; i++) {
        int writing = atomic_load(&inboxes[i]);
        if (writing > 0 && reading_ends[i] == fd) {
            atomic_store(&inboxes[i], 0);
            close(writing);
            close(fd);
            break;
        }
    }
    pthread_mutex_unlock(&opening);
}

int jobmon_signals_catch(int number) {
    jobmon_signals_remember();
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = handle;
    // Without SA_NOCLDSTOP: a stopped command stops its wrapper.
    action.sa_flags = SA_SIGINFO | SA_RESTART;
    sigfillset(&action.sa_mask);
    atomic_fetch_or(&caught, bit(number));
    return sigaction(number, &action, NULL) < 0 ? errno : 0;
}

void jobmon_signals_catch_all(void) {
    for (int number = 1; number <= 64; number++) {
        if (number == SIGKILL || number == SIGSTOP || number == 32 || number == 33) continue;
        jobmon_signals_catch(number);
    }
}

void jobmon_signals_unblock(void) {
    sigset_t none;
    jobmon_signals_remember();
    sigemptyset(&none);
    pthread_sigmask(SIG_SETMASK, &none, NULL);
}

void jobmon_signals_for_child(int as_started) {
    uint64_t change = atomic_load(&caught) | ignored_at_start | atomic_load(&ignored_since) | bit(SIGPIPE);
    for (int number = 1; number <= 64; number++) {
        if (!(change & bit(number))) continue;
        int ignore = as_started && (ignored_at_start & bit(number));
        // The kernel's own structure: on all platforms of Swift its first word is the handler, with no flags and no
        // mask. The system call is used directly, since the C library would set errno and refuses signals 32 and 33.
        unsigned long action[8] = {(unsigned long)(ignore ? SIG_IGN : SIG_DFL)};
        raw4(SYS_rt_sigaction, number, (long)action, 0, 8);
    }
}

void jobmon_signals_reset(void) {
    jobmon_signals_for_child(0);
    atomic_store(&caught, 0);
    for (int i = 0; i < INBOXES; i++) atomic_store(&inboxes[i], 0);
    jobmon_signals_unblock();
}

int jobmon_signals_forward(int pid, const struct jobmon_signal *signal) {
    if (signal->code == SI_QUEUE) {
        union sigval value = {.sival_int = signal->value};
        return sigqueue(pid, signal->number, value) < 0 ? errno : 0;
    }
    return kill(pid, signal->number) < 0 ? errno : 0;
}

void jobmon_signals_stop_by(int number) {
    struct sigaction standard, before;
    memset(&standard, 0, sizeof standard);
    standard.sa_handler = SIG_DFL;
    sigaction(number, &standard, &before);
    raise(number);
    sigaction(number, &before, NULL);
}
