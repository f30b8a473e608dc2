/* Numbers as they are on the wire, at any alignment: big-endian. */
#pragma once
#include <stdint.h>

static inline uint16_t get16(const void *from)
{
        const uint8_t *bytes = from;
        return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static inline uint32_t get32(const void *from)
{
        return (uint32_t)get16(from) << 16 | get16((const uint8_t *)from + 2);
}

static inline void put16(void *to, uint16_t value)
{
        ((uint8_t *)to)[0] = (uint8_t)(value >> 8);
        ((uint8_t *)to)[1] = (uint8_t)value;
}

static inline void put32(void *to, uint32_t value)
{
        put16(to, (uint16_t)(value >> 16));
        put16((uint8_t *)to + 2, (uint16_t)value);
}
