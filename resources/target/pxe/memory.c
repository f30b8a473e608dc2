#include "memory.h"
#include "realmode.h"
#include "string.h"

enum { MEGABYTE = 1 << 20, SMAP = 0x534d4150 };

static size_t by_e820(struct memory_region *regions, size_t most)
{
        struct far_pointer buffer = low_pointer(LOW_DATA);
        struct registers registers = { 0 };
        size_t count = 0;
        do {
                registers.eax = 0xe820;
                registers.ecx = sizeof *regions;
                registers.edx = SMAP;
                registers.edi = buffer.offset;
                registers.es = buffer.segment;
                bios_call(0x15, &registers);
                if (registers.flags & CARRY_FLAG || registers.eax != SMAP)
                        break;
                memcpy(&regions[count], low_address(LOW_DATA), sizeof *regions);
                if (regions[count].length)
                        count++;
        } while (registers.ebx && count < most);
        return count;
}

/* Kilobytes from 1 MB on without a hole. */
static uint32_t kilobytes_above_1_mb(void)
{
        struct registers registers = { .eax = 0xe801 };
        bios_call(0x15, &registers);
        if (!(registers.flags & CARRY_FLAG)) {
                /* Some tell in AX and BX, others in CX and DX: KB up to 16 MB, and 64 KB units from there. */
                bool in_cx = (registers.ecx | registers.edx) & 0xffff;
                uint32_t below_16_mb = (in_cx ? registers.ecx : registers.eax) & 0xffff;
                uint32_t from_16_mb = (in_cx ? registers.edx : registers.ebx) & 0xffff;
                return below_16_mb == 15 * 1024 ? below_16_mb + from_16_mb * 64 : below_16_mb;
        }
        registers = (struct registers){ .eax = 0x8800 };
        bios_call(0x15, &registers);
        return registers.flags & CARRY_FLAG ? 0 : registers.eax & 0xffff;
}

size_t memory_map(struct memory_region *regions, size_t most)
{
        size_t count = by_e820(regions, most);
        if (count || most < 2)
                return count;
        regions[0] = (struct memory_region){ 0, base_memory_size(), MEMORY_AVAILABLE };
        regions[1] = (struct memory_region){ MEGABYTE, kilobytes_above_1_mb() * 1024ull, MEMORY_AVAILABLE };
        return 2;
}

uint32_t base_memory_size(void)
{
        struct registers registers = { 0 };
        bios_call(0x12, &registers);
        return (registers.eax & 0xffff) * 1024;
}
