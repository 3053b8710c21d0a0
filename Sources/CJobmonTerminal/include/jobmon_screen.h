/// One terminal, taken over with ncurses: the controlling terminal of the process, by its descriptors 0 and 1.
/// All of it belongs to one thread; only jobmon_screen_wake may be called by any.
#ifndef JOBMON_SCREEN_H
#define JOBMON_SCREEN_H

#include <stdbool.h>
#include <stdint.h>

enum {
    /// No key has been pressed.
    JOBMON_KEY_NONE = -1,
    /// The terminal is gone.
    JOBMON_KEY_GONE = -2,
    // Above every character of Unicode.
    JOBMON_KEY_UP = 0x200000,
    JOBMON_KEY_DOWN,
    JOBMON_KEY_LEFT,
    JOBMON_KEY_RIGHT,
    JOBMON_KEY_PAGE_UP,
    JOBMON_KEY_PAGE_DOWN,
    JOBMON_KEY_HOME,
    JOBMON_KEY_END,
    JOBMON_KEY_ENTER,
    JOBMON_KEY_BACKSPACE,
    JOBMON_KEY_BACKTAB,
    /// Any other key that is no character.
    JOBMON_KEY_OTHER,
};

enum {
    /// The colour of the text, from black (0) to white (7), and that of the terminal.
    JOBMON_STYLE_COLOUR = 0xF,
    JOBMON_STYLE_DEFAULT = 8,
    JOBMON_STYLE_BOLD = 0x10,
    JOBMON_STYLE_FAINT = 0x20,
    JOBMON_STYLE_REVERSE = 0x40,
};

/// Whether a terminal of the type in TERM can show a full screen: its cursor can be moved.
bool jobmon_screen_is_able(void);

/// Takes over the terminal. False if that is not possible: nothing was changed.
bool jobmon_screen_open(bool colours);

/// Gives the terminal back as it was.
void jobmon_screen_close(void);

/// Whether text of UTF-8 can be shown.
bool jobmon_screen_is_utf8(void);

/// Waits for a key, a new size of the window or jobmon_screen_wake, for at most so many milliseconds.
void jobmon_screen_wait(int milliseconds);

/// Ends the present or next wait. It may be called by any thread until jobmon_screen_close is called.
void jobmon_screen_wake(void);

/// Takes over the present size of the window. True if it is another one than before.
bool jobmon_screen_resize(void);

int jobmon_screen_rows(void);
int jobmon_screen_columns(void);

/// The next key: a character of Unicode, or one of JOBMON_KEY. Does not wait.
int32_t jobmon_screen_key(void);

/// Begins a line: the following texts are appended to it, and what was there before is gone.
void jobmon_screen_line(int row);

/// Appends text. What does not fit into the line is cut.
void jobmon_screen_put(const char *text, int style);

/// Shows what was put. The cursor is at this place, or hidden if the row is negative.
void jobmon_screen_show(int row, int column);

/// Everything is drawn anew the next time: another program may have written to the terminal.
void jobmon_screen_forget(void);

/// Stops this process as Ctrl-Z does, with the terminal given back meanwhile.
void jobmon_screen_stop(void);

#endif
