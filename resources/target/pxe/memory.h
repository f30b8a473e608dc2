/* What memory there is, as the BIOS tells. */
#pragma once
#include <stddef.h>
#include <stdint.h>

enum { MEMORY_AVAILABLE = 1, MEMORY_RESERVED = 2 };

/* An entry of INT 15h AX=E820h. ACPI Specification 6.5, section 15.1. */
struct memory_region {
        uint64_t base, length;
        uint32_t type;
} __attribute__((packed));

/* Fills in at most `most` regions and gives their number; falls back on E801h and 88h for an old BIOS. */
size_t memory_map(struct memory_region *regions, size_t most);

/* Bytes of base memory that are free, by INT 12h: a multiple of 1024. */
uint32_t base_memory_size(void);
