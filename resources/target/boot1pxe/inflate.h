/* Unpacking gzip files (RFC 1952) with DEFLATE (RFC 1951). */
#pragma once
#include <stdbool.h>
#include <stdint.h>

/* False when the file is damaged or does not unpack to exactly `size` bytes. */
bool gunzip(const uint8_t *file, uint32_t length, uint8_t *to, uint32_t size);
