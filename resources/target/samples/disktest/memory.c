#include "../../pxe/memory.h"
#include "../../pxe/console.h"
#include "../../pxe/realmode.h"
#include "../../pxe/string.h"
#include "disktest.h"

enum { MEGABYTE = 1 << 20, MOST = 64 };

static struct memory_region regions[MOST];

static uint64_t end_of(const struct memory_region *region)
{
        return region->base + region->length;
}

/* Kilobytes from 1 MB on, by the older calls. */
static uint32_t told_by(uint32_t eax)
{
        struct registers registers = { .eax = eax };
        bios_call(0x15, &registers);
        if (registers.flags & CARRY_FLAG)
                return 0;
        return eax == 0x8800 ? registers.eax & 0xffff : (registers.eax & 0xffff) + (registers.ebx & 0xffff) * 64;
}

void test_memory(void)
{
        size_t count = memory_map(regions, MOST);
        bool is_ascending = count > 2, overlaps = false;
        uint64_t run = MEGABYTE, free = 0;
        for (size_t i = 0; i < count; i++) {
                const struct memory_region *region = &regions[i];
                print("  %08x%08x + %08x type %u\n", (uint32_t)(region->base >> 32), (uint32_t)region->base,
                      (uint32_t)region->length, region->type);
                if (i) {
                        is_ascending &= region->base >= regions[i - 1].base;
                        overlaps |= region->base < end_of(region - 1);
                }
                if (region->type != MEMORY_AVAILABLE)
                        continue;
                if (region->base == run)
                        run = end_of(region);
                if (region->base >= MEGABYTE)
                        free += region->length;
        }
        check(is_ascending && !overlaps, "the memory map is in order and nothing overlaps");
        check(base_memory_size() < 0xa0000 && end_of(&regions[0]) <= base_memory_size() + 1024,
              "base memory ends where INT 12h says");
        uint32_t kilobytes = (uint32_t)((run - MEGABYTE) >> 10);
        check(told_by(0xe801) / 64 == kilobytes / 64, "E801h tells the same as the map");
        check(told_by(0x8800) == (kilobytes < 0xffff ? kilobytes : 0xffff), "88h tells the same as the map");
        print("%u KB are free above 1 MB.\n", (uint32_t)(free >> 10));
        for (size_t i = 0; i < count; i++)
                if (regions[i].type == MEMORY_AVAILABLE && regions[i].base >= MEGABYTE)
                        memset((void *)(uint32_t)regions[i].base, 0x5a, (uint32_t)regions[i].length);
}
