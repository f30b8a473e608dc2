#include "pxe.h"
#include "string.h"

/* How the API is entered. Both ways of passing parameters are served at once, so that one call suits either. */
static struct far_pointer entry_point;

static bool sums_up(const void *structure, size_t length)
{
        const uint8_t *bytes = structure;
        uint8_t sum = 0;
        for (size_t i = 0; i < length; i++)
                sum += bytes[i];
        return sum == 0;
}

bool pxe_use(const struct bang_pxe *found)
{
        if (!found || memcmp(found->signature, "!PXE", 4) != 0 || found->length < sizeof *found ||
            !sums_up(found, found->length))
                return false;
        entry_point = found->entry;
        return true;
}

static bool use_pxenv(const struct pxenv *found)
{
        if (!found || memcmp(found->signature, "PXENV+", 6) != 0 || found->length < 0x26 ||
            !sums_up(found, found->length))
                return false;
        if (found->version >= 0x0201 && pxe_use(linear(found->bang_pxe)))
                return true;
        entry_point = found->entry;
        return true;
}

bool pxe_find(const struct nbp_entry *entry)
{
        if (entry && (pxe_use(entry->bang_pxe) || use_pxenv(entry->pxenv)))
                return true;
        struct registers registers = { .eax = 0x5650 };
        bios_call(0x1a, &registers);
        if ((registers.eax & 0xffff) != 0x564e || registers.flags & CARRY_FLAG)
                return false;
        return use_pxenv(linear((struct far_pointer){ (uint16_t)registers.ebx, registers.es }));
}

bool pxe_scan(void)
{
        for (uint32_t at = 0x10000; at < 0xa0000; at += 16)
                if (pxe_use((const struct bang_pxe *)at))
                        return true;
        return false;
}

struct far_pointer pxe_entry(void)
{
        return entry_point;
}

uint16_t pxe_call(enum pxe_call operation, void *parameters, size_t size)
{
        struct far_pointer block = low_pointer(LOW_PARAMETERS);
        memcpy(low_address(LOW_PARAMETERS), parameters, size);
        /* !PXE takes its parameters from the stack, PXENV+ in BX and ES:DI. */
        uint16_t words[3] = { block.segment, block.offset, operation };
        struct registers registers = { .ebx = operation, .edi = block.offset, .es = block.segment };
        far_call(entry_point, words, &registers);
        memcpy(parameters, low_address(LOW_PARAMETERS), size);
        return (uint16_t)registers.eax;
}

size_t pxe_cached(uint16_t packet, struct bootp *into)
{
        _Static_assert(sizeof *into <= LOW_DATA_SIZE, "a cached packet fits the low area");
        struct cached_info call = { .packet = packet, .size = sizeof *into, .buffer = low_pointer(LOW_DATA) };
        memset(into, 0, sizeof *into);
        if (pxe_call(PXENV_GET_CACHED_INFO, &call, sizeof call) != PXENV_EXIT_SUCCESS)
                return 0;
        size_t length = call.size < sizeof *into ? call.size : sizeof *into;
        memcpy(into, low_address(LOW_DATA), length);
        return length;
}
