#ifndef JOBMON_FILESYSTEM_H
#define JOBMON_FILESYSTEM_H

/// The magic number of the file system of `path` (statfs), or -1 if it is unknown.
long jobmon_filesystem_type(const char *path);

#endif
