#include "clock.h"
#include "io.h"

enum { TIMER_2 = 0x42, TIMER_CONTROL = 0x43, SPEAKER = 0x61, TIMER_HZ = 1193182, MEASURED_MS = 20 };

static uint32_t cycles_per_ms = 1000000;

static uint64_t cycles(void)
{
        uint64_t value;
        __asm__ volatile("rdtsc" : "=A"(value));
        return value;
}

void clock_start(void)
{
        uint16_t count = TIMER_HZ * MEASURED_MS / 1000;
        /* Timer 2 counts down once while its gate is open; the speaker stays silent. */
        out8(SPEAKER, (uint8_t)((in8(SPEAKER) & ~2) | 1));
        out8(TIMER_CONTROL, 0xb0);
        out8(TIMER_2, (uint8_t)count);
        out8(TIMER_2, (uint8_t)(count >> 8));
        uint64_t start = cycles();
        for (uint32_t spins = 0; !(in8(SPEAKER) & 0x20) && spins < 10000000; spins++)
                ;
        uint64_t passed = cycles() - start;
        /* Half a second of a 8 GHz processor still fits 32 bits. */
        uint32_t measured = (uint32_t)passed / MEASURED_MS;
        if (measured)
                cycles_per_ms = measured;
}

uint32_t milliseconds(void)
{
        /* 64 by 32 bits in two steps, since there is no run-time library. */
        uint64_t now = cycles();
        uint32_t high = (uint32_t)(now >> 32), low = (uint32_t)now, quotient, rest = high % cycles_per_ms;
        __asm__("divl %2" : "=a"(quotient), "+d"(rest) : "r"(cycles_per_ms), "a"(low));
        return quotient;
}

void wait_milliseconds(uint32_t duration)
{
        uint32_t start = milliseconds();
        while (milliseconds() - start < duration)
                ;
}
