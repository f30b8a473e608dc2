/* Where NetBoot stays while a kernel runs, and what it was started with. */
#pragma once
#include "../pxe/entry.h"
#include "../pxe/memory.h"
#include <stdbool.h>

enum { MOST_REGIONS = 64, COMMAND_LINE_MOST = 512, MEGABYTE = 1 << 20 };

/* How netboot.0's stub presents itself, in the place of the MultiBoot magic, with its struct nbp_entry. */
enum { STARTED_BY_STUB = 0x4e6f6f74 };

struct origin {
        /* Null for netboot.mb. */
        const struct nbp_entry *firmware;
        struct nbp_entry firmware_copy;
        char command_line[COMMAND_LINE_MOST];
        /* The map as kernels get it: nothing from `memory_end` to the end of that region is available. */
        struct memory_region regions[MOST_REGIONS];
        uint32_t region_count;
        uint32_t memory_lower; /* bytes */
        uint32_t memory_end;   /* where what is ours begins, above 1 MB */
};

extern struct origin origin;

/* The program, once it is where it stays. */
void netboot_main(void) __attribute__((noreturn));
