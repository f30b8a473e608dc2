/* Mach-O kernels for i386 (mach-o/loader.h). */
#pragma once
#include <stdint.h>

/* Puts each segment into its place and gives the address to start at; zero when it is no such file. */
uint32_t macho_load(const uint8_t *file, uint32_t size);
