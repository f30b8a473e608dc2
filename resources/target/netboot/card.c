#include "card.h"
#include "../net/network.h"
#include "../pxe/undi.h"
#include "resident.h"

static const struct nic undi = { "UNDI", undi_open, undi_close, undi_transmit, undi_receive };

const struct nic *find_card(void)
{
        uint32_t base_memory_end = origin.memory_lower & ~15u;
        bool found = undi_find(origin.firmware, &base_memory_end);
        origin.memory_lower = base_memory_end;
        return found && network_open(&undi) ? &undi : NULL;
}
