/* The options of a boot: a property list in XML, of which only texts are read. */
#pragma once
#include <stdint.h>

/* The text under a key, cut to fit; empty when there is none. Always ends with a zero byte. */
void option_text(const uint8_t *plist, uint32_t length, const char *key, char *text, uint32_t room);
