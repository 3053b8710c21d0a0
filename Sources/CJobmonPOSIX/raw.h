// System calls without errno: a child that shares our memory would share our errno too.
#ifndef JOBMON_RAW_H
#define JOBMON_RAW_H

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

// Returns the result, or a negative errno.
#if defined(__x86_64__)
#define JOBMON_RAW_CALLS 1
static inline long raw4(long number, long a, long b, long c, long d) {
    long result;
    register long r10 __asm__("r10") = d;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10)
                     : "rcx", "r11", "memory");
    return result;
}
#elif defined(__aarch64__)
#define JOBMON_RAW_CALLS 1
static inline long raw4(long number, long a, long b, long c, long d) {
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d;
    __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3) : "memory");
    return x0;
}
#else
// On this machine, a child that shares our memory must be waited for, since this sets errno.
#define JOBMON_RAW_CALLS 0
static inline long raw4(long number, long a, long b, long c, long d) {
    long result = syscall(number, a, b, c, d);
    return result < 0 ? -errno : result;
}
#endif

static inline long raw3(long number, long a, long b, long c) { return raw4(number, a, b, c, 0); }
static inline long raw2(long number, long a, long b) { return raw4(number, a, b, 0, 0); }
static inline long raw1(long number, long a) { return raw4(number, a, 0, 0, 0); }

#endif
