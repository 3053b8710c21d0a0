// Functions for a relay between a command and its caller.
#ifndef JOBMON_RELAY_H
#define JOBMON_RELAY_H

#include <stddef.h>
#include <sys/types.h>

// The kind of file behind a descriptor.
#define JOBMON_KIND_CLOSED 0
#define JOBMON_KIND_FILE 1
#define JOBMON_KIND_PIPE 2
#define JOBMON_KIND_SOCKET 3
#define JOBMON_KIND_TERMINAL 4
#define JOBMON_KIND_OTHER 5
int jobmon_kind(int fd);
// 1: both are the same pipe, socket, terminal or file.
int jobmon_same(int one, int other);

// Opens /dev/null for those of 0 to 2 that are closed, so that no other file gets their number; a command does not
// inherit it. Returns a bit for each that was closed.
int jobmon_fill_standard_descriptors(void);

// A terminal with the same settings and size as `like`; output processing is left to `like` itself. 0 or errno.
int jobmon_terminal_open(int like, int *inner, int *outer);
// Copies the window's size. 1: it has changed.
int jobmon_terminal_pass_size(int from, int outer);
// Copies settings that a command changed through the inner terminal to the real one, while we are in its foreground.
// `last` (jobmon_terminal_settings_size bytes) holds the last settings seen.
void jobmon_terminal_pass_settings(int outer, int real, void *last);
size_t jobmon_terminal_settings_size(void);
// Stores the inner terminal's settings in `last`.
void jobmon_terminal_note_settings(int outer, void *last);

// A separate, non-blocking descriptor for the file behind `fd`; -1: not available (then small writes after poll serve).
int jobmon_reopen_for_writing(int fd);
// Writes to a descriptor of this kind, to a terminal as its foreground group may; -1 with errno.
ssize_t jobmon_pass_on(int fd, int kind, const void *bytes, size_t count);
// The number of bytes that can be read from a pipe or terminal now.
int jobmon_readable_bytes(int fd);
// The position of a regular file's next output: its end if the file is opened for appending.
off_t jobmon_output_position(int fd);
// Reads from the file behind `fd`, even if `fd` is open for writing only. -1 with errno.
ssize_t jobmon_read_behind(int fd, void *bytes, size_t count, off_t offset);

#endif
