// Declarations for the C files only.
#ifndef JOBMON_INTERNAL_H
#define JOBMON_INTERNAL_H

#include <signal.h>

// In a child before it executes: sets dispositions to default, or as this process was started with.
void jobmon_signals_for_child(int as_started);
const sigset_t *jobmon_signals_started_mask(void);

struct jobmon_process;
// Reads state, parent, group, session and start from the text of /proc/PID/stat. 0, or -1.
int jobmon_read_stat(const char *text, struct jobmon_process *process);

#endif
