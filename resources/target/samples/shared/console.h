/* Text on the screen and on the first serial port at once. */
#pragma once
#include <stdint.h>

void console_start(void);
/* At most `limit` characters; control characters come out as '?'. A null pointer comes out as nothing. */
void put_string(const char *text, uint32_t limit);
/* Text of our own, in which \n ends a line. */
void put(const char *text);
void put_decimal(uint32_t value);
/* Always `digits` wide, with leading zeros. */
void put_hex(uint64_t value, int digits);
