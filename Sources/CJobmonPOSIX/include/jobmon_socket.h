// Sockets: the abstract namespace, and TCP without waiting.
#ifndef JOBMON_SOCKET_H
#define JOBMON_SOCKET_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

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

#endif
