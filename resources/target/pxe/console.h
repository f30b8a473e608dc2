/* Text on the VGA screen and the first serial port at once, and what is typed on either. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

/* Goes on below what the screen shows. `baud` of the serial port: 115200 or a whole part of it. */
void console_start(uint32_t baud);
/* From here on the serial port alone, if there is one: a screen and a keyboard are for whoever has no other. */
void console_serial_alone(void);
/* Goes on where the BIOS has its cursor, after console_leave() and what others wrote. */
void console_resume(void);
/* Goes on whatever was done to screen and port. What was written stays, unless the display is not in text mode. */
void console_recover(uint32_t baud);
/* Tells the BIOS where the cursor is, for what writes by it from here on. */
void console_leave(void);

void console_put(char character);

/* %s, %c, %d, %u and %x with a width, padded with zeros or blanks, and %%. */
void print(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The same into memory, cut to fit; always ends with a zero byte. The length without it. */
uint32_t format_text(char *into, uint32_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Keys that are no character. Terminals send them as escape sequences. */
enum key { KEY_NONE = -1, KEY_UP = 256, KEY_DOWN, KEY_LEFT, KEY_RIGHT, KEY_HOME, KEY_END, KEY_DELETE };

/* A key that was pressed, or KEY_NONE at once. Return is '\n', and Backspace '\b', on either. */
int console_key(void);
