/*
 * Intel's 82540EM and its kin, and the 82574L: what QEMU calls e1000 and e1000e. PCI/PCI-X Family of Gigabit
 * Ethernet Controllers Software Developer's Manual, revision 4.0, with its section numbers below.
 */
#pragma once
#include "../net/nic.h"

/* Whether the PCI function is such a card, which e1000 then means. */
bool e1000_drives(uint16_t function);

extern const struct nic e1000;
