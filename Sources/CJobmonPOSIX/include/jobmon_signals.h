// Signals that arrive through a descriptor which poll can wait for.
#ifndef JOBMON_SIGNALS_H
#define JOBMON_SIGNALS_H

#include <stdint.h>
#include <sys/types.h>

// Nanoseconds of CLOCK_MONOTONIC.
int64_t jp_now(void);

// A signal that arrived.
struct jp_signal {
    int32_t number;
    int32_t code;  // si_code
    int32_t pid;  // who sent it; 0: the kernel, or unknown
    int32_t value;  // what was queued with it
    int64_t at;  // when it was received: nanoseconds of CLOCK_MONOTONIC
};

// Starts a process that notes the signals that it gets, to tell those that were sent to others too from those that were
// sent to us alone: in our group, or (`apart` != 0) in one of its own, where only those come that are sent to each process
// of a job. It holds no descriptor but the pipe whose reading end goes to `reading` (struct
// jp_signal records), is killed when this process ends, and is no child that wait() without __WCLONE sees. Its pid, or -1.
// Only in a process with one thread.
pid_t jp_witness_start(int apart, int *reading);
// Asks it to say, by a record of JP_WITNESS_ANSWER with this value from us, that it has noted all that it got by now. 0 or
// errno.
int jp_witness_ask(pid_t witness, int32_t value);
void jp_witness_end(pid_t witness, int reading);

// The number of the record by which a witness answers. It is the signal that is handed out last.
#define JP_WITNESS_ANSWER 64

// Remembers dispositions and mask as this process was started with, for the commands that inherit them. Once; the
// first signal that is caught remembers them too.
void jp_signals_remember(void);
// A new inbox: a descriptor from which struct jp_signal records are read. -1: errno says why.
int jp_signals_open(void);
// Closes an inbox.
void jp_signals_close(int fd);
// From now on this signal comes into the inboxes. 0 or errno.
int jp_signals_catch(int number);
// Catches all that can be caught. (The wrapper does, to forward them.)
void jp_signals_catch_all(void);
// In a child that goes on as a process of its own: all default, nobody's inbox is written to any more.
void jp_signals_reset(void);
// Nothing is blocked any more.
void jp_signals_unblock(void);
// 1: this signal was ignored when this process was started.
int jp_signals_was_ignored(int number);
// Sends a signal on as it came: a queued value stays with it. 0 or errno.
int jp_signals_forward(int pid, const struct jp_signal *signal);
// Stops this process by `number` as if nobody caught it, until it is continued.
void jp_signals_stop_by(int number);

#define JP_SIGNAL_FROM_KERNEL 0x80

#endif
