/* Where files come from: a volume on a disk or in memory, or a network. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct store {
        /* For people. */
        const char *name;
        /* Reads a whole file of at most `limit` bytes. False when there is none of that path. */
        bool (*load)(const char *path, void *into, uint32_t limit, uint32_t *size);
};

/* The HFS+ volume on a BIOS drive such as 0x80, or on a disk image in memory; a null pointer when there is none. */
const struct store *drive_store(uint8_t drive);
const struct store *memory_store(const void *start, uint32_t size);
