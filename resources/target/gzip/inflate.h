/* Decompression of gzip files. RFC 1951, RFC 1952. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

bool is_gzip(const uint8_t *file, size_t length);
/* The size that the file tells of what is in it, modulo 4 GB. */
size_t gzip_size(const uint8_t *file, size_t length);
/* Unpacks exactly `size` bytes. False when the file is damaged, by its structure or its CRC. */
bool gunzip(const uint8_t *file, size_t length, uint8_t *into, size_t size);
