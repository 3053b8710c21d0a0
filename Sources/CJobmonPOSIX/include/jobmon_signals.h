// Signals that arrive through a descriptor, which poll can wait for.
#ifndef JOBMON_SIGNALS_H
#define JOBMON_SIGNALS_H

#include <stdint.h>
#include <sys/types.h>

// Nanoseconds of CLOCK_MONOTONIC.
int64_t jobmon_now(void);

// A received signal.
struct jobmon_signal {
    int32_t number;
    int32_t code;  // si_code
    int32_t pid;  // the sender; 0: the kernel, or unknown
    int32_t value;  // the value queued with it
    int64_t at;  // when it was received: nanoseconds of CLOCK_MONOTONIC
};

// Remembers the dispositions and mask with which this process was started, for the commands that inherit them. Only the
// first call counts; catching the first signal also remembers them.
void jobmon_signals_remember(void);
// A new inbox: a descriptor from which struct jobmon_signal records are read. -1: errno says why.
int jobmon_signals_open(void);
// Closes an inbox.
void jobmon_signals_close(int fd);
// Makes this signal arrive in the inboxes. 0 or errno.
int jobmon_signals_catch(int number);
// Catches all signals that can be caught. (The wrapper does, to forward them.)
void jobmon_signals_catch_all(void);
// For a child that continues as a separate process: resets all signals to the default, and writes to no inbox any more.
void jobmon_signals_reset(void);
// Unblocks all signals.
void jobmon_signals_unblock(void);
// Sends a signal as it was received, with its queued value. 0 or errno.
int jobmon_signals_forward(int pid, const struct jobmon_signal *signal);
// Stops this process by signal `number` as if it were not caught, until it is continued.
void jobmon_signals_stop_by(int number);

#define JOBMON_SIGNAL_FROM_KERNEL 0x80

#endif
