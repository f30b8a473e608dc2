#include "console.h"
#include "io.h"
#include "realmode.h"

enum { COM1 = 0x3f8, LINE_CONTROL = COM1 + 3, LINE_STATUS = COM1 + 5, DATA_READY = 0x01, CAN_SEND = 0x20 };
enum { CRTC = 0x3d4, CURSOR_HIGH = 0x0e, CURSOR_LOW = 0x0f };
enum { COLUMNS = 80, ROWS = 25, GREY_ON_BLACK = 0x0700 };
/* In the BIOS data area: the video mode, and page 0's cursor, column in the low byte. */
enum { BDA_VIDEO_MODE = 0x449, BDA_CURSOR = 0x450 };

static volatile uint16_t *const screen = (uint16_t *)0xb8000;
static unsigned column, row;
static bool is_serial_alone;

static void serial_put(char character)
{
        /* The wait is bounded: a port that is not there must not stop the screen. */
        for (unsigned spins = 0; !(in8(LINE_STATUS) & CAN_SEND) && spins < 100000; spins++)
                ;
        out8(COM1, (uint8_t)character);
}

static void serial_start(uint32_t baud)
{
        uint16_t divisor = (uint16_t)(115200 / baud);
        out8(COM1 + 1, 0); /* no interrupts */
        out8(LINE_CONTROL, 0x80);
        out8(COM1 + 0, (uint8_t)divisor);
        out8(COM1 + 1, (uint8_t)(divisor >> 8));
        out8(LINE_CONTROL, 0x03); /* 8 data bits, no parity, 1 stop bit */
        out8(COM1 + 2, 0x01);     /* FIFOs on, with what may be typed already */
        out8(COM1 + 4, 0x03);     /* DTR and RTS */
}

static void show_cursor(void)
{
        unsigned at = row * COLUMNS + column;
        out8(CRTC, CURSOR_HIGH);
        out8(CRTC + 1, (uint8_t)(at >> 8));
        out8(CRTC, CURSOR_LOW);
        out8(CRTC + 1, (uint8_t)at);
}

static void next_row(void)
{
        column = 0;
        if (row + 1 < ROWS) {
                row++;
                return;
        }
        for (unsigned cell = 0; cell < COLUMNS * ROWS; cell++)
                screen[cell] = cell < COLUMNS * (ROWS - 1) ? screen[cell + COLUMNS] : GREY_ON_BLACK | ' ';
}

static void screen_put(char character)
{
        switch (character) {
        case '\n':
                next_row();
                break;
        case '\r':
                column = 0;
                break;
        case '\b':
                if (column)
                        column--;
                else if (row) {
                        row--;
                        column = COLUMNS - 1;
                }
                break;
        default:
                screen[row * COLUMNS + column] = GREY_ON_BLACK | (uint8_t)character;
                if (++column == COLUMNS)
                        next_row();
        }
        show_cursor();
}

void console_put(char character)
{
        if (character == '\n')
                serial_put('\r');
        serial_put(character);
        if (!is_serial_alone)
                screen_put(character);
}

/* A port that is not there reads as all ones. */
static bool has_serial(void)
{
        return in8(LINE_STATUS) != 0xff;
}

void console_serial_alone(void)
{
        is_serial_alone = has_serial();
}

static void set_text_mode(void)
{
        struct registers registers = { .eax = 0x0003 };
        bios_call(0x10, &registers);
        column = row = 0;
}

void console_start(uint32_t baud)
{
        serial_start(baud);
        if ((uint8_t)*base_memory_word(BDA_VIDEO_MODE) != 3) {
                set_text_mode();
                return;
        }
        console_resume();
}

void console_resume(void)
{
        uint16_t cursor = *base_memory_word(BDA_CURSOR);
        column = (cursor & 0xff) % COLUMNS;
        row = (cursor >> 8) % ROWS;
}

void console_recover(uint32_t baud)
{
        enum { GRAPHICS_CONTROLLER = 0x3ce, MISCELLANEOUS = 6, IS_GRAPHICS = 1, CURSOR_START = 0x0a, CURSOR_SHAPE = 0x0d };
        serial_start(baud);
        out8(GRAPHICS_CONTROLLER, MISCELLANEOUS);
        if (in8(GRAPHICS_CONTROLLER + 1) & IS_GRAPHICS) {
                set_text_mode();
                return;
        }
        unsigned used = COLUMNS * ROWS;
        while (used && (screen[used - 1] & 0xff) <= ' ')
                used--;
        row = used ? (used - 1) / COLUMNS : 0;
        if (used)
                next_row();
        out8(CRTC, CURSOR_START);
        out8(CRTC + 1, CURSOR_SHAPE);
        show_cursor();
}

void console_leave(void)
{
        *base_memory_word(BDA_CURSOR) = (uint16_t)(row << 8 | column);
}

static int keyboard_key(void)
{
        struct registers registers = { .eax = 0x0100 };
        bios_call(0x16, &registers);
        if (registers.flags & ZERO_FLAG)
                return KEY_NONE;
        registers = (struct registers){ 0 };
        bios_call(0x16, &registers);
        uint8_t character = (uint8_t)registers.eax, scan_code = (uint8_t)(registers.eax >> 8);
        if (character && character != 0xe0)
                return character == '\r' ? '\n' : character;
        switch (scan_code) {
        case 0x48:
                return KEY_UP;
        case 0x50:
                return KEY_DOWN;
        case 0x4b:
                return KEY_LEFT;
        case 0x4d:
                return KEY_RIGHT;
        case 0x47:
                return KEY_HOME;
        case 0x4f:
                return KEY_END;
        case 0x53:
                return KEY_DELETE;
        default:
                return KEY_NONE;
        }
}

/* Where in an escape sequence the terminal is: ESC [ and a letter, or a digit and `~` (ECMA-48 section 8.3). */
static enum { PLAIN, ESCAPED, SEQUENCE } terminal;
static char parameter;

static int end_of_sequence(char final)
{
        switch (final) {
        case 'A':
                return KEY_UP;
        case 'B':
                return KEY_DOWN;
        case 'C':
                return KEY_RIGHT;
        case 'D':
                return KEY_LEFT;
        case 'H':
                return KEY_HOME;
        case 'F':
                return KEY_END;
        case '~':
                return parameter == '1' ? KEY_HOME : parameter == '3' ? KEY_DELETE : parameter == '4' ? KEY_END : KEY_NONE;
        default:
                return KEY_NONE;
        }
}

static int serial_key(void)
{
        if (!has_serial() || !(in8(LINE_STATUS) & DATA_READY))
                return KEY_NONE;
        char character = (char)in8(COM1);
        switch (terminal) {
        case ESCAPED:
                terminal = character == '[' || character == 'O' ? SEQUENCE : PLAIN;
                parameter = 0;
                return KEY_NONE;
        case SEQUENCE:
                if (character >= '0' && character <= ';') {
                        parameter = character;
                        return KEY_NONE;
                }
                terminal = PLAIN;
                return end_of_sequence(character);
        case PLAIN:
                break;
        }
        if (character == '\x1b') {
                terminal = ESCAPED;
                return KEY_NONE;
        }
        return character == '\r' ? '\n' : character == '\x7f' ? '\b' : (uint8_t)character;
}

int console_key(void)
{
        int key = serial_key();
        return key == KEY_NONE && !is_serial_alone ? keyboard_key() : key;
}
