#include "console.h"
#include <stdarg.h>

typedef void put_function(char character, void *context);

static void put_number(put_function *put, void *context, uint32_t value, uint32_t base, unsigned width, char pad)
{
        char digits[32];
        unsigned count = 0;
        do
                digits[count++] = "0123456789abcdef"[value % base];
        while (value /= base);
        for (; width > count; width--)
                put(pad, context);
        while (count)
                put(digits[--count], context);
}

static void put_text(put_function *put, void *context, const char *text, unsigned width)
{
        for (; *text; text++, width -= width ? 1 : 0)
                put(*text, context);
        while (width--)
                put(' ', context);
}

static void format_with(put_function *put, void *context, const char *format, va_list arguments)
{
        for (; *format; format++) {
                if (*format != '%') {
                        put(*format, context);
                        continue;
                }
                format++;
                char pad = *format == '0' ? '0' : ' ';
                unsigned width = 0;
                for (; *format >= '0' && *format <= '9'; format++)
                        width = width * 10 + (unsigned)(*format - '0');
                switch (*format) {
                case 's':
                        put_text(put, context, va_arg(arguments, const char *), width);
                        break;
                case 'c':
                        put((char)va_arg(arguments, int), context);
                        break;
                case 'd': {
                        int value = va_arg(arguments, int);
                        if (value < 0)
                                put('-', context);
                        put_number(put, context, value < 0 ? -(uint32_t)value : (uint32_t)value, 10, width, pad);
                        break;
                }
                case 'u':
                        put_number(put, context, va_arg(arguments, uint32_t), 10, width, pad);
                        break;
                case 'x':
                        put_number(put, context, va_arg(arguments, uint32_t), 16, width, pad);
                        break;
                default:
                        put(*format, context);
                }
        }
}

static void put_on_console(char character, void *context)
{
        (void)context;
        console_put(character);
}

void print(const char *format, ...)
{
        va_list arguments;
        va_start(arguments, format);
        format_with(put_on_console, 0, format, arguments);
        va_end(arguments);
}

struct room {
        char *at;
        uint32_t size, length;
};

static void put_in_room(char character, void *context)
{
        struct room *room = context;
        if (room->length + 1 < room->size)
                room->at[room->length++] = character;
}

uint32_t format_text(char *into, uint32_t size, const char *format, ...)
{
        struct room room = { .at = into, .size = size };
        va_list arguments;
        va_start(arguments, format);
        format_with(put_in_room, &room, format, arguments);
        va_end(arguments);
        if (size)
                into[room.length] = 0;
        return room.length;
}
