/* Files from the network into memory. Whatever goes wrong is said on the console. */
#pragma once
#include "name.h"
#include <stddef.h>

struct room {
        uint8_t *at;
        size_t size;
};

/* Fetches a whole file to the start of `room`, telling how far it is. False when it could not be had. */
bool fetch(const struct name *name, struct room room, size_t *length);

/* The protocols. `address` is the server's. */
bool nfs_fetch(const struct name *name, uint32_t address, struct room room, size_t *length);
bool tftp_fetch(const struct name *name, uint32_t address, struct room room, size_t *length);

/* How much of `whole` has come, which is 0 when it is not known. True when somebody pressed Ctrl-C to stop it. */
bool progress(size_t done, size_t whole);
