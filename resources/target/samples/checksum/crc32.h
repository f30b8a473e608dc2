/* CRC-32 as in Ethernet, gzip and zlib. */
#pragma once
#include <stdint.h>

uint32_t crc32(const uint8_t *bytes, const uint8_t *end);
