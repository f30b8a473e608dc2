#include "card.h"
#include "../net/network.h"
#include "../pxe/pci.h"
#include "../pxe/undi.h"
#include "e1000.h"
#include "resident.h"

static const struct nic undi = { "UNDI", undi_open, undi_close, undi_transmit, undi_receive };

static bool find_e1000(void)
{
        for (uint32_t from = 0; from <= 0xffff; from++) {
                uint16_t function = (uint16_t)from;
                if (!pci_find_ethernet(&function))
                        return false;
                if (e1000_drives(function))
                        return true;
                from = function;
        }
        return false;
}

const struct nic *find_card(void)
{
        uint32_t base_memory_end = origin.memory_lower & ~15u;
        uint16_t function;
        bool has_undi = undi_find(origin.firmware, &base_memory_end);
        origin.memory_lower = base_memory_end;
        /* The card that was booted from. Firmware would restart its link each time, which costs a second and more. */
        bool is_e1000 = has_undi ? undi_pci_function(&function) && e1000_drives(function) : find_e1000();
        if (has_undi && is_e1000)
                undi_close();
        if (is_e1000 && network_open(&e1000))
                return &e1000;
        return has_undi && network_open(&undi) ? &undi : NULL;
}
