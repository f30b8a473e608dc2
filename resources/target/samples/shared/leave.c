#include "leave.h"

static const char option[] = "-retaddr 0x";

static int digit_value(char digit)
{
        if (digit >= '0' && digit <= '9')
                return digit - '0';
        return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

uint32_t return_address_in(const struct multiboot_information *info)
{
        if (!(info->flags & HAS_COMMAND_LINE))
                return 0;
        for (const char *at = (const char *)info->command_line; *at; at++) {
                unsigned matched = 0;
                while (option[matched] && at[matched] == option[matched])
                        matched++;
                if (option[matched])
                        continue;
                uint32_t value = 0;
                for (at += matched; digit_value(*at) >= 0; at++)
                        value = value << 4 | (uint32_t)digit_value(*at);
                return value;
        }
        return 0;
}

void leave_to(uint32_t return_address)
{
        __asm__ volatile("cli; cld; call *%0" : : "r"(return_address));
        __builtin_unreachable();
}
