// Programs in the background.
#ifndef JOBMON_DETACH_H
#define JOBMON_DETACH_H

/// Starts a program in the background that is not the caller's child: stdin and stdout are /dev/null, stderr is
/// appended to a file (NULL: /dev/null), the working directory is `directory`; it has its own session and default
/// signals. Returns 0, or the error number.
int jobmon_start_detached(
    const char *path, char *const arguments[], char *const environment[], const char *stderr_path,
    const char *directory);

#endif
