#ifndef JOBMON_FILESYSTEM_H
#define JOBMON_FILESYSTEM_H

/// The magic number of the file system that `path` lies on (statfs), or -1 when that can't be known.
long jobmon_filesystem_type(const char *path);

#endif
