// Shared among the C files only.
#ifndef JOBMON_INTERNAL_H
#define JOBMON_INTERNAL_H

#include <signal.h>

// In a child before it executes: dispositions default, or as this process was started with.
void jp_signals_for_child(int as_started);
const sigset_t *jp_signals_started_mask(void);
// In a child before it executes: every descriptor above 2 is closed on exec.
void jp_cloexec_above_2(void);

#endif
