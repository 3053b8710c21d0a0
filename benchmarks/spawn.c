// The bare things that starting commands is held against, and commands to be started; no Foundation of any kind.
//
//   spawn loop N SLOTS COMMAND...            fork, exec, wait4: N times, SLOTS at once; says seconds, CPU seconds
//   spawn bare N SLOTS COMMAND...            the same with posix_spawn, which jobmon has too
//   spawn measure COMMAND...                 runs it, its output thrown away; says its seconds, the CPU seconds and the
//                                            largest process (bytes) of it and of all that it started, orphans too
//   spawn delay N STAMP-FILE OTHER...        starts `OTHER... SELF stamp FILE` N times; says when it got to its
//                                            main, and how long all took, in ms, as a JSON array of pairs
//   spawn stamp FILE                         writes the monotonic time into FILE
//   spawn eat MB SECONDS                     touches MB megabytes, sleeps
//   spawn print BYTES                        prints as many bytes in lines of 80
#define _GNU_SOURCE
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

static pid_t start(char **command) {
    pid_t pid = fork();
    if (pid == 0) {
        execv(command[0], command);
        _exit(127);
    }
    if (pid < 0) {
        perror("fork");
        exit(1);
    }
    return pid;
}

extern char **environ;

static pid_t spawned(char **command) {
    pid_t pid;
    int failure = posix_spawn(&pid, command[0], NULL, NULL, command, environ);
    if (failure != 0) {
        fprintf(stderr, "posix_spawn: %s\n", strerror(failure));
        exit(1);
    }
    return pid;
}

static double seconds(struct timeval t) { return t.tv_sec + t.tv_usec / 1e6; }

static int loop(long count, int slots, pid_t (*begin)(char **), char **command) {
    struct rusage used;
    long started = 0, running = 0;
    double begun = now();
    while (started < count || running > 0) {
        while (started < count && running < slots) {
            begin(command);
            started++;
            running++;
        }
        int status;
        if (wait4(-1, &status, 0, &used) < 0) return 1;
        running--;
    }
    double took = now() - begun;
    struct rusage own, children;
    getrusage(RUSAGE_SELF, &own);
    getrusage(RUSAGE_CHILDREN, &children);
    printf("{\"seconds\": %.6f, \"cpu\": %.6f}\n", took,
           seconds(own.ru_utime) + seconds(own.ru_stime) + seconds(children.ru_utime) + seconds(children.ru_stime));
    return 0;
}

static int measure(char **command) {
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    double begun = now(), took = 0, cpu = 0;
    long largest = 0;
    int status, result = 1;
    pid_t first = fork(), ended;
    if (first == 0) {
        int nothing = open("/dev/null", O_RDWR);
        dup2(nothing, 0);
        dup2(nothing, 1);
        execv(command[0], command);
        _exit(127);
    }
    struct rusage used;
    while ((ended = wait4(-1, &status, 0, &used)) > 0) {
        cpu += seconds(used.ru_utime) + seconds(used.ru_stime);
        if (used.ru_maxrss > largest) largest = used.ru_maxrss;
        if (ended == first) {
            took = now() - begun;
            result = status;
        }
    }
    printf("{\"seconds\": %.6f, \"cpu\": %.6f, \"largest\": %ld, \"status\": %d}\n", took, cpu, largest * 1024, result);
    return 0;
}

static int delay(int count, const char *file, int given, char **command) {
    char self[4096];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    if (length < 0) return 1;
    self[length] = 0;
    char **all = calloc((size_t)given + 4, sizeof *all);
    memcpy(all, command, (size_t)given * sizeof *all);
    all[given] = self;
    all[given + 1] = "stamp";
    all[given + 2] = (char *)file;
    printf("[");
    for (int number = 0; number < count; number++) {
        double begun = now();
        int status;
        if (waitpid(start(all), &status, 0) < 0 || status != 0) {
            fprintf(stderr, "the command failed: %d\n", status);
            return 1;
        }
        double took = now() - begun, stamp = 0;
        int opened = open(file, O_RDONLY);
        if (opened < 0 || read(opened, &stamp, sizeof stamp) != sizeof stamp) return 1;
        close(opened);
        unlink(file);
        printf("%s[%.4f, %.4f]", number ? ", " : "", (stamp - begun) * 1e3, took * 1e3);
    }
    printf("]\n");
    return 0;
}

static int stamp(const char *file) {
    double at = now();
    int made = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    return made < 0 || write(made, &at, sizeof at) != sizeof at;
}

static int eat(long megabytes, double rest) {
    size_t size = (size_t)megabytes << 20;
    if (size > 0) {
        char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED) return 1;
        memset(memory, 1, size);
    }
    usleep((useconds_t)(rest * 1e6));
    // What wait4 says of it is the truth: this process started from a small one.
    struct rusage own;
    getrusage(RUSAGE_SELF, &own);
    printf("%ld\n", own.ru_maxrss * 1024);
    return 0;
}

static int print(long bytes) {
    char *text = malloc((size_t)bytes + 1);
    if (!text) return 1;
    for (long place = 0; place < bytes; place++) text[place] = place % 80 == 79 || place == bytes - 1 ? '\n' : 'x';
    return write(1, text, (size_t)bytes) != bytes;
}

int main(int count, char **words) {
    if (count >= 5 && strcmp(words[1], "loop") == 0) return loop(atol(words[2]), atoi(words[3]), start, words + 4);
    if (count >= 5 && strcmp(words[1], "bare") == 0) return loop(atol(words[2]), atoi(words[3]), spawned, words + 4);
    if (count >= 3 && strcmp(words[1], "measure") == 0) return measure(words + 2);
    if (count >= 4 && strcmp(words[1], "delay") == 0)
        return delay(atoi(words[2]), words[3], count - 4, words + 4);
    if (count == 3 && strcmp(words[1], "stamp") == 0) return stamp(words[2]);
    if (count == 4 && strcmp(words[1], "eat") == 0) return eat(atol(words[2]), atof(words[3]));
    if (count >= 3 && strcmp(words[1], "print") == 0) return print(atol(words[2]));
    fprintf(stderr, "spawn: see its first lines for how it is used\n");
    return 2;
}
