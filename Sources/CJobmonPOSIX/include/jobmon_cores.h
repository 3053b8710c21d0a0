// The processors of this process.
#ifndef JOBMON_CORES_H
#define JOBMON_CORES_H

/// The number of processors on which this process may run (its affinity mask); where the kernel does not tell, those that
/// are online. At least 1.
int jobmon_allowed_cores(void);

#endif
