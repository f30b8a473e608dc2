#include "a20.h"
#include "io.h"
#include "realmode.h"

enum { SYSTEM_CONTROL = 0x92, KEYBOARD_STATUS = 0x64, KEYBOARD_DATA = 0x60, PATIENCE = 1000000 };

static bool is_enabled(void)
{
        /* A vector of the interrupt table that nobody uses, and what would be the same byte with the gate shut. */
        volatile uint16_t *low = base_memory_word(0x7e * 4);
        volatile uint16_t *high = base_memory_word(0x100000 + 0x7e * 4);
        uint16_t kept = *low;
        bool differs = false;
        for (int tries = 0; tries < 100 && !differs; tries++) {
                *low = (uint16_t)(*high + 1);
                in8(0x80); /* takes a microsecond, in which a slow gate may open */
                differs = *low != *high;
        }
        *low = kept;
        return differs;
}

static void keyboard_wait(void)
{
        for (int spins = 0; spins < PATIENCE && in8(KEYBOARD_STATUS) & 2; spins++)
                ;
}

bool a20_enable(void)
{
        if (is_enabled())
                return true;
        out8(SYSTEM_CONTROL, (uint8_t)((in8(SYSTEM_CONTROL) & ~1) | 2)); /* bit 0 would reset the machine */
        if (is_enabled())
                return true;
        keyboard_wait();
        out8(KEYBOARD_STATUS, 0xd1); /* write the controller's output port */
        keyboard_wait();
        out8(KEYBOARD_DATA, 0xdf);
        keyboard_wait();
        return is_enabled();
}
