// A process beside this one that notes the signals it gets.
#ifndef JOBMON_WITNESS_H
#define JOBMON_WITNESS_H

#include <stdint.h>
#include <sys/types.h>

// Starts a process that notes the signals that it gets, to tell those that were sent to others too from those that were
// sent to us alone: in our group, or (`apart` != 0) in one of its own, where only those come that are sent to each process
// of a job. It holds no descriptor but the pipe whose reading end goes to `reading` (struct jobmon_signal records), is killed when this process ends, and is no child that wait() without __WCLONE sees. Its pid, or -1.
// Only in a process with one thread.
pid_t jobmon_witness_start(int apart, int *reading);
// Asks it to say, by a record of JOBMON_WITNESS_ANSWER with this value from us, that it has noted all that it got by now. 0 or
// errno.
int jobmon_witness_ask(pid_t witness, int32_t value);
void jobmon_witness_end(pid_t witness, int reading);

// The number of the record by which a witness answers. It is the signal that is handed out last.
#define JOBMON_WITNESS_ANSWER 64

#endif
