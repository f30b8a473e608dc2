/* A MultiBoot kernel in a file: what goes where. MultiBoot Specification 0.6.96, section 3.1. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MOST_SEGMENTS = 32 };

struct segment {
        uint32_t to; /* physical */
        const uint8_t *from;
        uint32_t length, memory; /* what is beyond `length` is zeroed */
};

struct image {
        uint32_t entry;
        uint32_t low, high; /* all of it */
        unsigned count;
        struct segment segments[MOST_SEGMENTS];
};

/* Why it cannot be booted, in words; a null pointer when it can. */
const char *read_image(const uint8_t *file, size_t length, struct image *image);

/* Whether it fits this machine; `memory_lower` and `memory_end` as in struct origin. */
const char *check_place(const struct image *image, uint32_t memory_lower, uint32_t memory_end);

/* Puts it there, whatever was there before. */
void place_image(const struct image *image);
