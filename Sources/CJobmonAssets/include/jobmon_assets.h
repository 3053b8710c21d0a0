#ifndef JOBMON_ASSETS_H
#define JOBMON_ASSETS_H

#include <stddef.h>

// The files of the page, which are inside the executable.

struct jobmon_asset {
    // The name in the address, such as main.js.
    const char *name;
    // The media type.
    const char *type;
    const unsigned char *bytes;
    size_t count;
};

size_t jobmon_asset_count(void);
// The index must be less than the count.
struct jobmon_asset jobmon_asset_at(size_t index);

#endif
