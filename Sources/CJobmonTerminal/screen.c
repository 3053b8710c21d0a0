#define _GNU_SOURCE
#define NCURSES_WIDECHAR 1
#include "jobmon_screen.h"

#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <term.h>
#include <unistd.h>
#include <wchar.h>

static SCREEN *screen;
static bool has_colours;
/// Written to by the handler of SIGWINCH and by jobmon_screen_wake.
static int wake_pipe[2] = {-1, -1};
static struct sigaction before_resize;
static struct sigaction before_stop;
/// SIGTSTP came from outside: it is done as the key is.
static volatile sig_atomic_t stop_wanted;

/// The locale decides how ncurses reads text. The system's own may be missing on a node; any of UTF-8 will do.
static void choose_locale(void) {
    const char *wanted = setlocale(LC_CTYPE, "");
    if (wanted && strcmp(nl_langinfo(CODESET), "UTF-8") == 0) return;
    const char *named = NULL;
    const char *names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (size_t i = 0; i < sizeof names / sizeof *names && (!named || !*named); i++) named = getenv(names[i]);
    if (!named || (!strcasestr(named, "utf-8") && !strcasestr(named, "utf8"))) return;
    const char *instead[] = {"C.UTF-8", "C.utf8", "en_US.UTF-8"};
    for (size_t i = 0; i < sizeof instead / sizeof *instead; i++)
        if (setlocale(LC_CTYPE, instead[i])) return;
}

bool jobmon_screen_is_able(void) {
    int failure = 0;
    if (setupterm(NULL, STDOUT_FILENO, &failure) != OK) return false;
    const char *move = tigetstr("cup");
    const char *clear = tigetstr("clear");
    bool able = move && move != (char *)-1 && clear && clear != (char *)-1;
    del_curterm(cur_term);
    return able;
}

static void note_resize(int number) {
    (void)number;
    int saved = errno;
    jobmon_screen_wake();
    errno = saved;
}

static void note_stop(int number) {
    stop_wanted = 1;
    note_resize(number);
}

void jobmon_screen_wake(void) {
    // A full pipe wakes as well.
    if (wake_pipe[1] >= 0 && write(wake_pipe[1], "", 1) < 0) return;
}

static void set_keys(void) {
    // Ctrl-C and Ctrl-Z are keys: a handler of a signal could run on any thread.
    raw();
    noecho();
    nonl();
    keypad(stdscr, TRUE);
    nodelay(stdscr, TRUE);
    // A line that is too long is cut, not wrapped.
    scrollok(stdscr, FALSE);
    curs_set(0);
}

bool jobmon_screen_open(bool colours) {
    choose_locale();
    if (pipe2(wake_pipe, O_CLOEXEC | O_NONBLOCK) != 0) return false;
    // Before ncurses, which would install a handler of its own.
    struct sigaction action = {.sa_handler = note_resize, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigaction(SIGWINCH, &action, &before_resize);
    action.sa_handler = note_stop;
    sigaction(SIGTSTP, &action, &before_stop);
    // Else LINES and COLUMNS of the environment would count, and a resize would be overlooked.
    use_env(TRUE);
    use_tioctl(TRUE);
    screen = newterm(NULL, stdout, stdin);
    if (!screen) {
        sigaction(SIGWINCH, &before_resize, NULL);
        sigaction(SIGTSTP, &before_stop, NULL);
        close(wake_pipe[0]);
        close(wake_pipe[1]);
        wake_pipe[0] = wake_pipe[1] = -1;
        return false;
    }
    set_escdelay(25);
    set_keys();
    has_colours = colours && has_colors() && start_color() == OK;
    if (has_colours) {
        use_default_colors();
        for (short colour = 0; colour < 8; colour++) init_pair((short)(colour + 1), colour, -1);
    }
    jobmon_screen_resize();
    return true;
}

/// A terminal without a second screen keeps the picture: what comes next begins in an empty line.
static void clear_foot(void) {
    wmove(stdscr, getmaxy(stdscr) - 1, 0);
    wclrtoeol(stdscr);
    wrefresh(stdscr);
}

void jobmon_screen_close(void) {
    if (!screen) return;
    clear_foot();
    endwin();
    delscreen(screen);
    screen = NULL;
    sigaction(SIGWINCH, &before_resize, NULL);
    sigaction(SIGTSTP, &before_stop, NULL);
    // Another thread may be about to write: the pipe stays open, and takes what fits.
}

bool jobmon_screen_is_utf8(void) { return strcmp(nl_langinfo(CODESET), "UTF-8") == 0; }

void jobmon_screen_wait(int milliseconds) {
    struct pollfd sources[2] = {{.fd = STDIN_FILENO, .events = POLLIN}, {.fd = wake_pipe[0], .events = POLLIN}};
    if (poll(sources, 2, milliseconds) <= 0) return;
    char drained[64];
    while (sources[1].revents && read(wake_pipe[0], drained, sizeof drained) > 0) {}
}

bool jobmon_screen_resize(void) {
    struct winsize size;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0) return false;
    if (!is_term_resized(size.ws_row, size.ws_col)) return false;
    resizeterm(size.ws_row, size.ws_col);
    // Terminals differ in what they keep of the old picture.
    clearok(stdscr, TRUE);
    return true;
}

int jobmon_screen_rows(void) { return getmaxy(stdscr); }
int jobmon_screen_columns(void) { return getmaxx(stdscr); }

int32_t jobmon_screen_key(void) {
    wint_t key;
    if (stop_wanted) {
        stop_wanted = 0;
        return 26;
    }
    int kind = get_wch(&key);
    // A byte that is no character is skipped, and what follows it is not.
    for (int skipped = 0; kind == ERR; skipped++) {
        struct pollfd source = {.fd = STDIN_FILENO, .events = POLLIN};
        if (poll(&source, 1, 0) <= 0) return JOBMON_KEY_NONE;
        if (source.revents & (POLLHUP | POLLERR | POLLNVAL)) return JOBMON_KEY_GONE;
        if (skipped == 64) return JOBMON_KEY_NONE;
        kind = get_wch(&key);
    }
    if (kind == OK) return key == '\r' || key == '\n' ? JOBMON_KEY_ENTER : key == 127 || key == 8 ? JOBMON_KEY_BACKSPACE : (int32_t)key;
    switch (key) {
    case KEY_UP: return JOBMON_KEY_UP;
    case KEY_DOWN: return JOBMON_KEY_DOWN;
    case KEY_LEFT: return JOBMON_KEY_LEFT;
    case KEY_RIGHT: return JOBMON_KEY_RIGHT;
    case KEY_PPAGE: return JOBMON_KEY_PAGE_UP;
    case KEY_NPAGE: return JOBMON_KEY_PAGE_DOWN;
    case KEY_HOME: return JOBMON_KEY_HOME;
    case KEY_END: return JOBMON_KEY_END;
    case KEY_ENTER: return JOBMON_KEY_ENTER;
    case KEY_BACKSPACE:
    case KEY_DC: return JOBMON_KEY_BACKSPACE;
    case KEY_BTAB: return JOBMON_KEY_BACKTAB;
    default: return JOBMON_KEY_OTHER;
    }
}

void jobmon_screen_line(int row) {
    wmove(stdscr, row, 0);
    wclrtoeol(stdscr);
}

void jobmon_screen_put(const char *text, int style) {
    attr_t attributes = A_NORMAL;
    if (style & JOBMON_STYLE_BOLD) attributes |= A_BOLD;
    if (style & JOBMON_STYLE_FAINT) attributes |= A_DIM;
    if (style & JOBMON_STYLE_REVERSE) attributes |= A_REVERSE;
    int colour = style & JOBMON_STYLE_COLOUR;
    short pair = has_colours && colour < JOBMON_STYLE_DEFAULT ? (short)(colour + 1) : 0;
    wattr_set(stdscr, attributes, pair, NULL);
    waddstr(stdscr, text);
    wattr_set(stdscr, A_NORMAL, 0, NULL);
}

void jobmon_screen_show(int row, int column) {
    if (row >= 0) {
        curs_set(1);
        wmove(stdscr, row, column);
    } else {
        curs_set(0);
    }
    wrefresh(stdscr);
}

void jobmon_screen_forget(void) { clearok(stdscr, TRUE); }

void jobmon_screen_stop(void) {
    clear_foot();
    endwin();
    // First the rest of the process group, without this process, whose threads would not stop at once.
    struct sigaction ignored = {.sa_handler = SIG_IGN}, standard = {.sa_handler = SIG_DFL}, own;
    sigaction(SIGTSTP, &ignored, &own);
    kill(0, SIGTSTP);
    sigaction(SIGTSTP, &standard, NULL);
    sigset_t stop, before;
    sigemptyset(&stop);
    sigaddset(&stop, SIGTSTP);
    pthread_sigmask(SIG_UNBLOCK, &stop, &before);
    // Returns after SIGCONT; at once if nobody could continue it.
    pthread_kill(pthread_self(), SIGTSTP);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    sigaction(SIGTSTP, &own, NULL);
    stop_wanted = 0;
    set_keys();
    jobmon_screen_resize();
    clearok(stdscr, TRUE);
    wrefresh(stdscr);
}
