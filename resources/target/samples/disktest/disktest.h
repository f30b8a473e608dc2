/* What the test and the images that it is given agree on. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

/* Sectors with the pattern on our disk, what it begins with, and the same of the machine's own disk. */
enum { PATTERN_SECTORS = 20000, OUR_SEED = 1, OTHER_SEED = 2, OTHER_SECTORS = 2016 };

void check(bool holds, const char *what);

/* memory.c: the memory map holds, and what it says is free is overwritten. */
void test_memory(void);
