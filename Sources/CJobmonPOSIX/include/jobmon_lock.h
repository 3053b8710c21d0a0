// Advisory locks on open files.
#ifndef JOBMON_LOCK_H
#define JOBMON_LOCK_H

/// Takes an exclusive or shared lock on an open file without waiting: 0, or -1 with errno (EWOULDBLOCK if another
/// process has it). The lock belongs to the open file: a forked child keeps it until it executes or ends.
int jobmon_lock(int descriptor, int exclusive);

#endif
