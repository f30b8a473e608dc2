/* The memory map: taking from it, and telling `boot` what is left. */
#pragma once
#include "gates.h"

void reserve_start(void);
/*
 * The last `bytes` of the highest memory below 4 GB with room for them, on a page boundary; zero when there is none.
 * With `even_megabyte` all of it can be reached with the A20 gate shut.
 */
uint32_t reserve_take(uint32_t bytes, bool even_megabyte);
/* Base memory from here up. */
void reserve_base(uint32_t from);
/* The largest free piece above 1 MB: where it starts, and its length. */
uint32_t reserve_largest(uint32_t *length);
/* Where memory below 4 GB ends, taken or not, in MB. */
uint32_t reserve_total(void);
bool reserve_is_free(uint32_t base, uint32_t length);
/* Fills in what INT 15h answers. */
void reserve_publish(struct gates *to);
