// What reporting and the local executor need and Swift can't call or can't call safely: locks, sockets, /proc.
#ifndef JOBMON_FACTS_H
#define JOBMON_FACTS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/// Fills `bytes` with random ones; 0, or -1 with errno.
int jobmon_random(void *bytes, size_t count);

/// Takes an exclusive (or a shared) lock on an open file without waiting: 0, or -1 with errno (EWOULDBLOCK when somebody else
/// has it). The lock belongs to the open file: a forked child keeps it until it executes or ends.
int jobmon_lock(int descriptor, int exclusive);
int jobmon_unlock(int descriptor);

/// A listening socket in the abstract namespace, non-blocking and close-on-exec; -1 with errno (EADDRINUSE when the
/// name is taken).
int jobmon_listen_abstract(const char *name);
/// A connection to one; -1 with errno (ECONNREFUSED when nobody listens).
int jobmon_connect_abstract(const char *name);
/// The next connection, non-blocking and close-on-exec; -1 with errno (EAGAIN when there is none).
int jobmon_accept(int descriptor);
/// The user and the process at the other end of a unix socket; 0, or -1 with errno.
int jobmon_peer(int descriptor, uid_t *user, pid_t *process);

/// Starts to connect by TCP to a numeric IPv4 or IPv6 address, without waiting: the descriptor, or -1 with errno
/// (EINVAL for what is no numeric address).
int jobmon_connect_tcp(const char *address, uint16_t port);
/// The error that a pending connect ended with; 0 when it succeeded.
int jobmon_socket_error(int descriptor);
/// Sends what fits, never with SIGPIPE: the count, or -1 with errno.
ssize_t jobmon_send(int descriptor, const void *bytes, size_t count);
/// Receives what is there: the count, 0 at the end, or -1 with errno.
ssize_t jobmon_receive(int descriptor, void *bytes, size_t count);

/// The start time of a process in clock ticks since boot (`/proc/PID/stat`, field 22), and its state's letter; -1 when
/// there is no such process.
int64_t jobmon_process_started(pid_t process, char *state);

/// A process that was found by its environment.
struct jobmon_found {
    pid_t process;
    int64_t started;
    /// Which of the wanted keys it has.
    size_t key;
};

/// Finds the living processes (no zombies, not the caller) whose initial environment holds `JOBMON_INSTANCE=` and one of
/// the sorted keys. Returns how many there are, at most `capacity` of them written; -1 with errno when `/proc` can't be
/// read. `unsettled` counts our own processes whose environment was empty: they may be in the middle of an execve.
ssize_t jobmon_find_instances(
    const char *const *sorted_keys, size_t keys, struct jobmon_found *found, size_t capacity, size_t *unsettled);

/// The soft limits of processes of our user (RLIMIT_NPROC) and of our open files (RLIMIT_NOFILE); -1: none.
int64_t jobmon_limit_of_processes(void);
int64_t jobmon_limit_of_descriptors(void);

/// Whether so many more descriptors can be opened, the soft limit raised for it where it may be; so many threads started.
/// 0 or errno.
int jobmon_room_for_descriptors(int count);
int jobmon_room_for_threads(int count);

/// No descriptor above 2 outlives the next exec, whoever opened it.
void jobmon_close_others_at_exec(void);

/// Has malloc keep to two arenas and give large or unused pieces back to the kernel at once.
void jobmon_hold_memory_tight(void);

/// Starts a program in the background that is not the caller's child: stdin and stdout at /dev/null, stderr appended to
/// a file (NULL: /dev/null), in `directory`, a session of its own, default signals. Returns 0, or the error number.
int jobmon_start_detached(
    const char *path, char *const arguments[], char *const environment[], const char *stderr_path,
    const char *directory);

#endif
