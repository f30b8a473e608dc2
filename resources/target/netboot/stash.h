/* The machine as firmware and its network driver need it, kept while a kernel does what it likes. */
#pragma once
#include <stdint.h>

/* The card is closed already. */
void stash_machine(void);
/* Base memory, interrupts, timer, keyboard controller, processor and the card's PCI header as they were. */
void restore_machine(void);
