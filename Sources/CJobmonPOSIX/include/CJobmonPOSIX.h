// What Swift cannot call, or cannot call safely. This is the umbrella header of the module: each topic has its own
// header.
#ifndef CJOBMON_POSIX_H
#define CJOBMON_POSIX_H
#include "jobmon_cores.h"
#include "jobmon_descriptors.h"
#include "jobmon_detach.h"
#include "jobmon_filesystem.h"
#include "jobmon_hook.h"
#include "jobmon_lock.h"
#include "jobmon_memory.h"
#include "jobmon_process.h"
#include "jobmon_process_table.h"
#include "jobmon_procfs.h"
#include "jobmon_relay.h"
#include "jobmon_room.h"
#include "jobmon_signals.h"
#include "jobmon_socket.h"
#include "jobmon_trees.h"
#include "jobmon_witness.h"
#endif
