#define _GNU_SOURCE
#include "jobmon_facts.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

int jobmon_random(void *bytes, size_t count) {
    unsigned char *at = bytes;
    while (count > 0) {
        ssize_t got = getrandom(at, count, 0);
        if (got < 0) {
            if (errno == EINTR) continue;
            return -1;
        }
        at += got;
        count -= (size_t)got;
    }
    return 0;
}

int jobmon_lock(int descriptor, int exclusive) {
    int answer;
    do answer = flock(descriptor, (exclusive ? LOCK_EX : LOCK_SH) | LOCK_NB);
    while (answer < 0 && errno == EINTR);
    return answer;
}

int jobmon_unlock(int descriptor) { return flock(descriptor, LOCK_UN); }

static int abstract_address(const char *name, struct sockaddr_un *address, socklen_t *length) {
    size_t count = strlen(name);
    if (count == 0 || count >= sizeof address->sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    memcpy(address->sun_path + 1, name, count);
    *length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + count);
    return 0;
}

static int close_failed(int descriptor) {
    int error = errno;
    close(descriptor);
    errno = error;
    return -1;
}

int jobmon_listen_abstract(const char *name) {
    struct sockaddr_un address;
    socklen_t length;
    if (abstract_address(name, &address, &length) < 0) return -1;
    int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return -1;
    if (bind(descriptor, (struct sockaddr *)&address, length) < 0 || listen(descriptor, 16) < 0)
        return close_failed(descriptor);
    return descriptor;
}

int jobmon_connect_abstract(const char *name) {
    struct sockaddr_un address;
    socklen_t length;
    if (abstract_address(name, &address, &length) < 0) return -1;
    int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return -1;
    if (connect(descriptor, (struct sockaddr *)&address, length) < 0) return close_failed(descriptor);
    return descriptor;
}

int jobmon_accept(int descriptor) { return accept4(descriptor, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC); }

int jobmon_peer(int descriptor, uid_t *user, pid_t *process) {
    struct ucred peer;
    socklen_t length = sizeof peer;
    if (getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &length) < 0) return -1;
    *user = peer.uid;
    *process = peer.pid;
    return 0;
}

int jobmon_connect_tcp(const char *address, uint16_t port) {
    struct sockaddr_storage storage = {0};
    socklen_t length;
    struct sockaddr_in *four = (struct sockaddr_in *)&storage;
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)&storage;
    if (inet_pton(AF_INET, address, &four->sin_addr) == 1) {
        four->sin_family = AF_INET;
        four->sin_port = htons(port);
        length = sizeof *four;
    } else if (inet_pton(AF_INET6, address, &six->sin6_addr) == 1) {
        six->sin6_family = AF_INET6;
        six->sin6_port = htons(port);
        length = sizeof *six;
    } else {
        errno = EINVAL;
        return -1;
    }
    int descriptor = socket(storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return -1;
    int one = 1;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (connect(descriptor, (struct sockaddr *)&storage, length) < 0 && errno != EINPROGRESS)
        return close_failed(descriptor);
    return descriptor;
}

int jobmon_socket_error(int descriptor) {
    int error = 0;
    socklen_t length = sizeof error;
    if (getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &length) < 0) return errno;
    return error;
}

ssize_t jobmon_send(int descriptor, const void *bytes, size_t count) {
    ssize_t sent;
    do sent = send(descriptor, bytes, count, MSG_NOSIGNAL | MSG_DONTWAIT);
    while (sent < 0 && errno == EINTR);
    return sent;
}

ssize_t jobmon_receive(int descriptor, void *bytes, size_t count) {
    ssize_t got;
    do got = recv(descriptor, bytes, count, MSG_DONTWAIT);
    while (got < 0 && errno == EINTR);
    return got;
}

int64_t jobmon_process_started(pid_t process, char *state) {
    char path[40];
    char text[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)process);
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return -1;
    ssize_t count = read(descriptor, text, sizeof text - 1);
    close(descriptor);
    if (count <= 0) return -1;
    text[count] = 0;
    // The name, in parentheses, may hold anything: the fields are counted from its end.
    char *at = strrchr(text, ')');
    if (at == NULL || at[1] != ' ') return -1;
    at += 2;
    *state = *at;
    for (int field = 3; field < 22; field++) {
        at = strchr(at, ' ');
        if (at == NULL) return -1;
        at++;
    }
    return strtoll(at, NULL, 10);
}

// The whole initial environment of a process, 0-separated; NULL when it can't be read (gone, or not ours).
static char *read_environment(pid_t process, size_t *count) {
    char path[40];
    snprintf(path, sizeof path, "/proc/%d/environ", (int)process);
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return NULL;
    size_t capacity = 1 << 14, used = 0;
    char *bytes = malloc(capacity);
    while (bytes != NULL) {
        ssize_t got = read(descriptor, bytes + used, capacity - used - 1);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) {
            free(bytes);
            bytes = NULL;
            break;
        }
        if (got == 0) break;
        used += (size_t)got;
        if (capacity - used < 2) {
            char *more = realloc(bytes, capacity *= 2);
            if (more == NULL) free(bytes);
            bytes = more;
        }
    }
    close(descriptor);
    if (bytes == NULL) return NULL;
    bytes[used] = 0;
    *count = used;
    return bytes;
}

static int compare_keys(const void *one, const void *other) {
    return strcmp(*(const char *const *)one, *(const char *const *)other);
}

ssize_t jobmon_find_instances(
    const char *const *sorted_keys, size_t keys, struct jobmon_found *found, size_t capacity, size_t *unsettled) {
    static const char name[] = "JOBMON_INSTANCE=";
    *unsettled = 0;
    DIR *processes = opendir("/proc");
    if (processes == NULL) return -1;
    uid_t user = geteuid();
    pid_t self = getpid();
    size_t matches = 0;
    for (struct dirent *entry; (entry = readdir(processes)) != NULL;) {
        if (!isdigit((unsigned char)entry->d_name[0])) continue;
        pid_t process = (pid_t)atoi(entry->d_name);
        if (process == self) continue;
        size_t count = 0;
        char *environment = read_environment(process, &count);
        if (environment == NULL) continue;
        if (count == 0) {
            char path[40];
            struct stat status;
            char state = 'Z';
            snprintf(path, sizeof path, "/proc/%d", (int)process);
            // A zombie's environment is empty too, and a kernel thread's; a process that is executing is none of these.
            if (stat(path, &status) == 0 && status.st_uid == user && jobmon_process_started(process, &state) >= 0
                && (state == 'R' || state == 'D'))
                (*unsettled)++;
            free(environment);
            continue;
        }
        for (char *at = environment; at < environment + count; at += strlen(at) + 1) {
            if (strncmp(at, name, sizeof name - 1) != 0) continue;
            const char *value = at + sizeof name - 1;
            const char *const *key = bsearch(&value, sorted_keys, keys, sizeof *sorted_keys, compare_keys);
            char state = 'Z';
            int64_t started = key == NULL ? -1 : jobmon_process_started(process, &state);
            if (started >= 0 && state != 'Z' && state != 'X') {
                if (matches < capacity) {
                    found[matches].process = process;
                    found[matches].started = started;
                    found[matches].key = (size_t)(key - sorted_keys);
                }
                matches++;
            }
            break;
        }
        free(environment);
    }
    closedir(processes);
    return (ssize_t)matches;
}

void jobmon_hold_memory_tight(void) {
    mallopt(M_ARENA_MAX, 2);
    mallopt(M_MMAP_THRESHOLD, 256 << 10);
    mallopt(M_TRIM_THRESHOLD, 256 << 10);
}

void jobmon_close_others_at_exec(void) {
    if (syscall(SYS_close_range, 3U, ~0U, 4U /* CLOSE_RANGE_CLOEXEC */) == 0) return;
    // A kernel before 5.11.
    long most = sysconf(_SC_OPEN_MAX);
    for (int descriptor = 3; descriptor < (most > 0 && most < 65536 ? most : 65536); descriptor++) {
        int flags = fcntl(descriptor, F_GETFD);
        if (flags >= 0) fcntl(descriptor, F_SETFD, flags | FD_CLOEXEC);
    }
}

static void fail_start(int pipe_end) {
    int error = errno;
    ssize_t ignored = write(pipe_end, &error, sizeof error);
    (void)ignored;
    _exit(127);
}

int jobmon_start_detached(
    const char *path, char *const arguments[], char *const environment[], const char *stderr_path,
    const char *directory) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0) return errno;
    pid_t between = fork();
    if (between < 0) {
        int error = errno;
        close(ends[0]);
        close(ends[1]);
        return error;
    }
    if (between == 0) {
        // Only what is safe between fork and exec in a program with threads.
        if (setsid() < 0) fail_start(ends[1]);
        pid_t process = fork();
        if (process < 0) fail_start(ends[1]);
        if (process > 0) _exit(0);
        for (int signal = 1; signal < 65; signal++)
            if (signal != SIGKILL && signal != SIGSTOP && signal != 32 && signal != 33) {
                struct sigaction action = {0};
                action.sa_handler = SIG_DFL;
                sigaction(signal, &action, NULL);
            }
        sigset_t none;
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, NULL);
        int null = open("/dev/null", O_RDWR);
        if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0) fail_start(ends[1]);
        int errors = stderr_path == NULL
                         ? null
                         : open(stderr_path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (dup2(errors < 0 ? null : errors, 2) < 0) fail_start(ends[1]);
        if (directory != NULL && chdir(directory) < 0) fail_start(ends[1]);
        // The pipe's end goes at the exec, like everything else that is left open.
        syscall(SYS_close_range, 3U, ~0U, 4U /* CLOSE_RANGE_CLOEXEC */);
        execve(path, arguments, environment);
        fail_start(ends[1]);
    }
    close(ends[1]);
    int status;
    while (waitpid(between, &status, 0) < 0 && errno == EINTR) {}
    int error = 0;
    ssize_t got;
    do got = read(ends[0], &error, sizeof error);
    while (got < 0 && errno == EINTR);
    close(ends[0]);
    return got == sizeof error ? error : 0;
}
