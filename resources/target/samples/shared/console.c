#include "console.h"

enum { COM1 = 0x3f8, BAUD_DIVISOR = 1 /* 115200 */, CRTC = 0x3d4 };
enum { COLUMNS = 80, ROWS = 25, GREY_ON_BLACK = 0x0700 };

static volatile uint16_t *const screen = (uint16_t *)0xb8000;
static unsigned column, row;

static void out(uint16_t port, uint8_t value)
{
        __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static uint8_t in(uint16_t port)
{
        uint8_t value;
        __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
        return value;
}

static void serial_put(char c)
{
        /* The wait is bounded: a port that is not there must not stop the screen. */
        for (unsigned spins = 0; !(in(COM1 + 5) & 0x20) && spins < 1000000; spins++)
                ;
        out(COM1, (uint8_t)c);
}

static void screen_scroll(void)
{
        for (unsigned cell = 0; cell < COLUMNS * ROWS; cell++)
                screen[cell] = cell < COLUMNS * (ROWS - 1) ? screen[cell + COLUMNS] : GREY_ON_BLACK | ' ';
}

static void screen_put(char c)
{
        if (c == '\n' || column == COLUMNS) {
                column = 0;
                if (++row == ROWS) {
                        screen_scroll();
                        row = ROWS - 1;
                }
        }
        if (c != '\n')
                screen[row * COLUMNS + column++] = GREY_ON_BLACK | (uint8_t)c;
}

static void put_char(char c)
{
        if (c == '\n')
                serial_put('\r');
        serial_put(c);
        screen_put(c);
}

void console_start(void)
{
        out(COM1 + 1, 0); /* no interrupts */
        out(COM1 + 3, 0x80);
        out(COM1 + 0, BAUD_DIVISOR);
        out(COM1 + 1, 0);
        out(COM1 + 3, 0x03); /* 8 data bits, no parity, 1 stop bit */
        out(COM1 + 2, 0xc7); /* FIFOs on and emptied */
        out(COM1 + 4, 0x03); /* DTR and RTS */

        out(CRTC, 0x0a); /* no cursor */
        out(CRTC + 1, 0x20);
        for (unsigned cell = 0; cell < COLUMNS * ROWS; cell++)
                screen[cell] = GREY_ON_BLACK | ' ';
}

void put_string(const char *text, uint32_t limit)
{
        if (!text)
                return;
        for (uint32_t i = 0; i < limit && text[i]; i++)
                put_char((uint8_t)text[i] < ' ' || text[i] == 0x7f ? '?' : text[i]);
}

void put(const char *text)
{
        while (*text)
                put_char(*text++);
}

void put_decimal(uint32_t value)
{
        char digits[10];
        unsigned count = 0;
        do
                digits[count++] = (char)('0' + value % 10);
        while (value /= 10);
        while (count)
                put_char(digits[--count]);
}

void put_hex(uint64_t value, int digits)
{
        while (digits--)
                put_char("0123456789abcdef"[value >> (4 * digits) & 15]);
}
