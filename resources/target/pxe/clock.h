/* Time by the processor's cycle counter, which nobody else uses: the BIOS's ticks stop while interrupts are off. */
#pragma once
#include <stdint.h>

/* Measures the counter against the timer chip; takes 20 ms. */
void clock_start(void);
/* Milliseconds since some moment; wraps after 49 days. */
uint32_t milliseconds(void);
/* Waits busily. */
void wait_milliseconds(uint32_t duration);
