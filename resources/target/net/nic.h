/* A network card as the protocols see it: whole Ethernet frames, polled. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Header and 1500 bytes, without the checksum. */
enum { FRAME_MOST = 14 + 1500 };

struct nic {
        const char *name;
        /* Makes it ready and gives its address. May be called again whatever has been done to the card since. */
        bool (*open)(uint8_t address[6]);
        /* Nothing is written to memory by the card from here on. */
        void (*close)(void);
        bool (*transmit)(const void *frame, size_t length);
        /* The length of the next frame, or 0 at once when there is none. */
        size_t (*receive)(void *frame, size_t size);
};
