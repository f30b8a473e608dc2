/* Parts of messages, and why the last thing failed: kept here because it is told in two places. */
#pragma once
#include "../pxe/console.h"
#include <stdbool.h>
#include <stdint.h>

extern char failure[160];
/* Remembers a sentence without its end; always false. */
#define fail(...) failed(format_text(failure, sizeof failure, __VA_ARGS__))

static inline bool failed(uint32_t length)
{
        (void)length;
        return false;
}

/* Texts that hold until the second next call. An address is in network order. */
const char *address_text(uint32_t address);
const char *size_text(uint32_t bytes);

/* The number that a text begins with, and the text behind it. */
uint32_t take_decimal(const char **text);
/* Four numbers with dots, in network order; zero when there are none. */
uint32_t take_address(const char **text);

static inline uint16_t swap16(uint16_t value)
{
        return (uint16_t)(value << 8 | value >> 8);
}

static inline uint32_t swap32(uint32_t value)
{
        return (uint32_t)swap16((uint16_t)value) << 16 | swap16((uint16_t)(value >> 16));
}
