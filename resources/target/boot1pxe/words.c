#include "words.h"

char failure[160];

static char *next_text(void)
{
        static char texts[2][20];
        static unsigned turn;
        return texts[turn++ & 1];
}

const char *address_text(uint32_t address)
{
        char *text = next_text();
        format_text(text, 20, "%u.%u.%u.%u", (unsigned)(address & 255), (unsigned)(address >> 8 & 255),
                    (unsigned)(address >> 16 & 255), (unsigned)(address >> 24));
        return text;
}

const char *size_text(uint32_t bytes)
{
        char *text = next_text();
        if (bytes >= 10 << 20)
                format_text(text, 20, "%u MB", (unsigned)(bytes >> 20));
        else if (bytes >= 10 << 10)
                format_text(text, 20, "%u KB", (unsigned)(bytes >> 10));
        else
                format_text(text, 20, "%u bytes", (unsigned)bytes);
        return text;
}

uint32_t take_decimal(const char **text)
{
        uint32_t value = 0;
        for (; **text >= '0' && **text <= '9'; ++*text)
                value = value * 10 + (uint32_t)(**text - '0');
        return value;
}

uint32_t take_address(const char **text)
{
        uint32_t address = 0;
        for (unsigned part = 0; part < 4; part++) {
                if (part && *(*text)++ != '.')
                        return 0;
                uint32_t value = take_decimal(text);
                if (value > 255)
                        return 0;
                address |= value << 8 * part;
        }
        return address;
}
