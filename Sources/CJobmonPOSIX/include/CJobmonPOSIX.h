// What Swift can't call, or can't call safely. The module's umbrella: each topic has a header of its own.
#ifndef CJOBMON_POSIX_H
#define CJOBMON_POSIX_H
#include "jobmon_facts.h"
#endif
