// Signals that arrive through a descriptor which poll can wait for.
#ifndef JOBMON_SIGNALS_H
#define JOBMON_SIGNALS_H

#include <stdint.h>
#include <sys/types.h>

// Nanoseconds of CLOCK_MONOTONIC.
int64_t jobmon_now(void);

// A signal that arrived.
struct jobmon_signal {
    int32_t number;
    int32_t code;  // si_code
    int32_t pid;  // who sent it; 0: the kernel, or unknown
    int32_t value;  // what was queued with it
    int64_t at;  // when it was received: nanoseconds of CLOCK_MONOTONIC
};

// Remembers dispositions and mask as this process was started with, for the commands that inherit them. Once; the
// first signal that is caught remembers them too.
void jobmon_signals_remember(void);
// A new inbox: a descriptor from which struct jobmon_signal records are read. -1: errno says why.
int jobmon_signals_open(void);
// Closes an inbox.
void jobmon_signals_close(int fd);
// From now on this signal comes into the inboxes. 0 or errno.
int jobmon_signals_catch(int number);
// Catches all that can be caught. (The wrapper does, to forward them.)
void jobmon_signals_catch_all(void);
// In a child that goes on as a process of its own: all default, nobody's inbox is written to any more.
void jobmon_signals_reset(void);
// Nothing is blocked any more.
void jobmon_signals_unblock(void);
// 1: this signal was ignored when this process was started.
int jobmon_signals_was_ignored(int number);
// Sends a signal on as it came: a queued value stays with it. 0 or errno.
int jobmon_signals_forward(int pid, const struct jobmon_signal *signal);
// Stops this process by `number` as if nobody caught it, until it is continued.
void jobmon_signals_stop_by(int number);

#define JOBMON_SIGNAL_FROM_KERNEL 0x80

#endif
