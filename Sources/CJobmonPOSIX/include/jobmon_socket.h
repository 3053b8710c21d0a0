// Sockets: the abstract namespace, and TCP without waiting.
#ifndef JOBMON_SOCKET_H
#define JOBMON_SOCKET_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/// A listening socket in the abstract namespace, non-blocking and close-on-exec; -1 with errno (EADDRINUSE if the name
/// is taken).
int jobmon_listen_abstract(const char *name);
/// A connection to such a socket; -1 with errno (ECONNREFUSED if no process listens).
int jobmon_connect_abstract(const char *name);
/// The next connection, non-blocking and close-on-exec; -1 with errno (EAGAIN if there is none).
int jobmon_accept(int descriptor);
/// The user and the process at the other end of a unix socket; 0, or -1 with errno.
int jobmon_peer(int descriptor, uid_t *user, pid_t *process);

/// Starts a TCP connection to a numeric IPv4 or IPv6 address, without waiting: the descriptor, or -1 with errno (EINVAL
/// if the address is not numeric).
int jobmon_connect_tcp(const char *address, uint16_t port);
/// The error of a pending connect; 0 if it succeeded.
int jobmon_socket_error(int descriptor);
/// Sends as much as fits, without SIGPIPE: the number of bytes, or -1 with errno.
ssize_t jobmon_send(int descriptor, const void *bytes, size_t count);
/// Receives the available bytes: their number, 0 at the end, or -1 with errno.
ssize_t jobmon_receive(int descriptor, void *bytes, size_t count);

#endif
