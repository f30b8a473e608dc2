/* PCI configuration space by ports CF8h and CFCh. PCI Local Bus Specification 3.0, sections 3.2.2.3.2 and 6.1. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

enum { PCI_ID = 0x00, PCI_COMMAND = 0x04, PCI_CLASS = 0x08, PCI_HEADER = 0x0c, PCI_BAR0 = 0x10, PCI_HEADER_SIZE = 0x40 };
enum { PCI_MEMORY = 1 << 1, PCI_BUS_MASTER = 1 << 2 };

/* `function` is bus, device and function as PXE counts them: 8, 5 and 3 bits. */
uint32_t pci_read(uint16_t function, uint8_t offset);
void pci_write(uint16_t function, uint8_t offset, uint32_t value);

/*
 * The next Ethernet controller at `*function` or after it; false at the end. Start with 0, and go on with one more
 * than was found.
 */
bool pci_find_ethernet(uint16_t *function);
