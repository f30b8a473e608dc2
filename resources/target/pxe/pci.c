#include "pci.h"
#include "io.h"

enum { ADDRESS = 0xcf8, DATA = 0xcfc, ENABLE = 1u << 31, CLASS_ETHERNET = 0x0200, LAST = 0xffff };

static void select(uint16_t function, uint8_t offset)
{
        out32(ADDRESS, ENABLE | (uint32_t)function << 8 | (offset & 0xfc));
}

uint32_t pci_read(uint16_t function, uint8_t offset)
{
        select(function, offset);
        return in32(DATA);
}

void pci_write(uint16_t function, uint8_t offset, uint32_t value)
{
        select(function, offset);
        out32(DATA, value);
}

bool pci_find_ethernet(uint16_t *function)
{
        for (uint32_t at = *function; at <= LAST; at++) {
                /* Functions beyond the first only count where the first says that there are more. */
                if (at & 7 && !(pci_read((uint16_t)(at & ~7u), PCI_HEADER) & 0x800000))
                        continue;
                if (pci_read((uint16_t)at, PCI_ID) == 0xffffffff || pci_read((uint16_t)at, PCI_CLASS) >> 16 != CLASS_ETHERNET)
                        continue;
                *function = (uint16_t)at;
                return true;
        }
        return false;
}
