/* TFTP (RFC 1350) with sizes of blocks (RFC 2348), of files (RFC 2349) and of windows (RFC 7440). */
#pragma once
#include "network.h"

#define SIZE_UNKNOWN 0xffffffff

struct tftp {
        uint32_t size; /* SIZE_UNKNOWN when the server does not tell */
        uint16_t port, server_port;
        uint16_t block_size, window_size;
        struct datagram first; /* what answered the request */
        bool is_missing; /* the server answered that there is no such file */
};

/* Asks the server of `network` for a file by its whole name. Ends with `tftp_read` or `tftp_refuse`. */
bool tftp_open(struct tftp *file, const char *name);
/* All of it; gives its length. `told` is called at each tenth of a known size. */
bool tftp_read(struct tftp *file, void *to, uint32_t room, uint32_t *length, void (*told)(unsigned percent));
/* Ends it, telling the server why. */
void tftp_refuse(struct tftp *file, const char *why);
/* Ends it, since its size was all that was wanted. */
void tftp_leave(struct tftp *file);
