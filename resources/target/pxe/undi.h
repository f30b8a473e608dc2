/* The network card by the Universal Network Driver Interface of a PXE ROM, polled. PXE Specification 2.1, section 4.2. */
#pragma once
#include "pxe.h"

/* An Ethernet header and 1500 bytes. */
enum { FRAME_SIZE = 14 + 1500 };

/*
 * Finds a driver that works: the one that firmware left running; one that a boot loader put to rest, which base
 * memory still holds; or one in an option ROM, which is loaded into free base memory below `*base_memory_end`
 * (a multiple of 16), and this lowered. Does not open it. `entry` may be null.
 */
bool undi_find(const struct nbp_entry *entry, uint32_t *base_memory_end);

/* Opens the card for frames to us and to everyone, and gives its address. May be done again after any mishap. */
bool undi_open(uint8_t address[6]);
void undi_close(void);

/* Which PCI function the card is, as pci.h counts; false when it is none or unknown. */
bool undi_pci_function(uint16_t *function);

/* Sends a whole frame with its header. False when the card would not take it. */
bool undi_transmit(const void *frame, size_t length);
/* Copies the next frame that has come in; its length, or 0 at once when there is none. */
size_t undi_receive(void *frame, size_t size);
