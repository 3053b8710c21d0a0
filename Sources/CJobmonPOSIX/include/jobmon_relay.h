// What a relay between a command and its caller needs.
#ifndef JOBMON_RELAY_H
#define JOBMON_RELAY_H

#include <stddef.h>
#include <sys/types.h>

// What is behind a descriptor.
#define JOBMON_KIND_CLOSED 0
#define JOBMON_KIND_FILE 1
#define JOBMON_KIND_PIPE 2
#define JOBMON_KIND_SOCKET 3
#define JOBMON_KIND_TERMINAL 4
#define JOBMON_KIND_OTHER 5
int jobmon_kind(int fd);
// 1: both are the same pipe, socket, terminal or file.
int jobmon_same(int one, int other);

// Makes 0 to 2 something where they are closed, so that no other file gets their number; a command does not inherit it.
// Returns a bit for each that was closed.
int jobmon_fill_standard_descriptors(void);

// A terminal of the same settings and size as `like`, with output processing left to `like` itself. 0 or errno.
int jobmon_terminal_open(int like, int *inner, int *outer);
// Passes the window's size on. 1: it has changed.
int jobmon_terminal_pass_size(int from, int outer);
// Passes settings that a command changed through the inner terminal on to the real one, while we are in its foreground. `last` (JOBMON_TERMIOS bytes)
// remembers what was seen.
void jobmon_terminal_pass_settings(int outer, int real, void *last);
size_t jobmon_terminal_settings_size(void);
// Remembers the inner terminal's settings in `last`.
void jobmon_terminal_note_settings(int outer, void *last);

// A descriptor of its own, non-blocking, for what `fd` writes to; -1: it can't be had (then small writes after poll do).
int jobmon_reopen_for_writing(int fd);
// Writes to what jobmon_kind says, and to a terminal as its foreground may; -1 with errno.
ssize_t jobmon_pass_on(int fd, int kind, const void *bytes, size_t count);
// How many bytes can be read from a pipe or terminal now.
int jobmon_readable_bytes(int fd);
// Where a regular file's next output goes: its end when it is appended to.
off_t jobmon_output_position(int fd);
// Reads from the file behind `fd`, though `fd` may be for writing only. -1 with errno.
ssize_t jobmon_read_behind(int fd, void *bytes, size_t count, off_t offset);

#endif
