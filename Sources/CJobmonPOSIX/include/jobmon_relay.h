// What a relay between a command and its caller needs.
#ifndef JOBMON_RELAY_H
#define JOBMON_RELAY_H

#include <stddef.h>
#include <sys/types.h>

// What is behind a descriptor.
#define JP_KIND_CLOSED 0
#define JP_KIND_FILE 1
#define JP_KIND_PIPE 2
#define JP_KIND_SOCKET 3
#define JP_KIND_TERMINAL 4
#define JP_KIND_OTHER 5
int jp_kind(int fd);
// 1: both are the same pipe, socket, terminal or file.
int jp_same(int one, int other);

// Makes 0 to 2 something where they are closed, so that no other file gets their number; a command does not inherit it.
// Returns a bit for each that was closed.
int jp_fill_standard_descriptors(void);

// A terminal of the same settings and size as `like`, with output processing left to `like` itself. 0 or errno.
int jp_terminal_open(int like, int *inner, int *outer);
// Passes the window's size on. 1: it has changed.
int jp_terminal_pass_size(int from, int outer);
// Passes settings that a command changed through the inner terminal on to the real one, while we are in its foreground. `last` (JP_TERMIOS bytes)
// remembers what was seen.
void jp_terminal_pass_settings(int outer, int real, void *last);
size_t jp_terminal_settings_size(void);
// Remembers the inner terminal's settings in `last`.
void jp_terminal_note_settings(int outer, void *last);

// A descriptor of its own, non-blocking, for what `fd` writes to; -1: it can't be had (then small writes after poll do).
int jp_reopen_for_writing(int fd);
// Writes to what jp_kind says, and to a terminal as its foreground may; -1 with errno.
ssize_t jp_pass_on(int fd, int kind, const void *bytes, size_t count);
// How many bytes can be read from a pipe or terminal now.
int jp_readable_bytes(int fd);
// Where a regular file's next output goes: its end when it is appended to.
off_t jp_output_position(int fd);
// Reads from the file behind `fd`, though `fd` may be for writing only. -1 with errno.
ssize_t jp_read_behind(int fd, void *bytes, size_t count, off_t offset);

#endif
