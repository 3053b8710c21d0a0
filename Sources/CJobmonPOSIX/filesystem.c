#include "include/jobmon_filesystem.h"
#include <sys/vfs.h>

long jobmon_filesystem_type(const char *path) {
    struct statfs facts;
    if (statfs(path, &facts) != 0) return -1;
    return (long)(unsigned int)facts.f_type;
}
