// Advisory locks on open files.
#ifndef JOBMON_LOCK_H
#define JOBMON_LOCK_H

/// Takes an exclusive (or a shared) lock on an open file without waiting: 0, or -1 with errno (EWOULDBLOCK when somebody else
/// has it). The lock belongs to the open file: a forked child keeps it until it executes or ends.
int jobmon_lock(int descriptor, int exclusive);
int jobmon_unlock(int descriptor);

#endif
