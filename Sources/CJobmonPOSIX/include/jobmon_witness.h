// A process beside this one that notes the signals that it receives.
#ifndef JOBMON_WITNESS_H
#define JOBMON_WITNESS_H

#include <stdint.h>
#include <sys/types.h>

// Starts a process that notes the signals that it receives, to distinguish signals sent to others too from those sent
// to us alone. It is in our group, or (`apart` != 0) in its own group, where it receives only signals sent to each
// process of a job. Its only descriptor is the pipe whose reading end is `reading` (struct jobmon_signal records). It
// is killed when this process ends, and wait() without __WCLONE does not see it. Returns its pid, or -1.
// Only in a process with one thread.
pid_t jobmon_witness_start(int apart, int *reading);
// Asks it to confirm, by a record of JOBMON_WITNESS_ANSWER with this value from us, that it has noted everything that
// it received so far. 0 or errno.
int jobmon_witness_ask(pid_t witness, int32_t value);
void jobmon_witness_end(pid_t witness, int reading);

// The signal number of the witness's answer. It is the signal that is delivered last.
#define JOBMON_WITNESS_ANSWER 64

#endif
