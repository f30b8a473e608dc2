/*
 * The program's way out of base memory, which belongs to `boot`: into the highest memory, with what must stay in
 * base memory just below what the PXE ROM keeps there.
 */
#pragma once
#include "../pxe/entry.h"
#include <stdbool.h>

/* Goes on in `there` at the new place, on a fresh stack; the result of `there` goes to the firmware. */
bool move_up(const struct nbp_entry *entry, void (*there)(const struct nbp_entry *entry));

/* Where base memory ends for `boot`. */
uint32_t base_memory_end(void);
