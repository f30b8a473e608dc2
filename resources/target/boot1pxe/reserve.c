#include "reserve.h"
#include "../pxe/string.h"

enum { PAGE = 4096, MEGABYTE = 1 << 20, KEPT_BY_FIRMWARE = 4 /* MB, at most */ };
#define FOUR_GIGABYTES 0x100000000ull

static struct memory_region regions[MOST_REGIONS];
static unsigned count;
static uint32_t total;

static uint64_t end_of(const struct memory_region *region)
{
        return region->base + region->length;
}

/* Above 1 MB, where 32-bit code can reach it. */
static bool is_usable(const struct memory_region *region)
{
        return region->type == MEMORY_AVAILABLE && region->base >= MEGABYTE && end_of(region) <= FOUR_GIGABYTES;
}

void reserve_start(void)
{
        /* Room is left for what is taken. */
        count = memory_map(regions, MOST_REGIONS - 8);
        for (unsigned i = 0; i < count; i++)
                if (is_usable(&regions[i]) && end_of(&regions[i]) >> 20 > total)
                        total = (uint32_t)(end_of(&regions[i]) >> 20);
        /* What the firmware keeps for itself, from the top down, is part of what people know that there is. */
        total = (total + KEPT_BY_FIRMWARE) & -KEPT_BY_FIRMWARE;
}

uint32_t reserve_total(void)
{
        return total;
}

/* Cuts a region at `base`; the rest of it is reserved. */
static void cut(struct memory_region *region, uint32_t base)
{
        regions[count++] = (struct memory_region){ base, end_of(region) - base, MEMORY_RESERVED };
        region->length = base - region->base;
}

uint32_t reserve_take(uint32_t bytes, bool even_megabyte)
{
        struct memory_region *best = 0;
        bytes = (bytes + PAGE - 1) & -PAGE;
        for (struct memory_region *region = regions; region < regions + count; region++)
                if (is_usable(region) && region->length >= (uint64_t)bytes + 4 * MEGABYTE &&
                    (!best || region->base > best->base))
                        best = region;
        if (!best || count == MOST_REGIONS)
                return 0;
        uint64_t end = end_of(best);
        if (even_megabyte && ((end - 1) & MEGABYTE || (end & (MEGABYTE - 1)) < bytes))
                /* The end of the last megabyte without bit 20 in its addresses. */
                end = ((end - MEGABYTE) & -(2ull * MEGABYTE)) + MEGABYTE;
        uint32_t base = (uint32_t)(end - bytes) & -PAGE;
        cut(best, base);
        return base;
}

void reserve_base(uint32_t from)
{
        for (unsigned i = 0; i < count && count < MOST_REGIONS; i++)
                if (regions[i].type == MEMORY_AVAILABLE && regions[i].base < from && end_of(&regions[i]) > from) {
                        cut(&regions[i], from);
                        return;
                }
}

uint32_t reserve_largest(uint32_t *length)
{
        uint32_t base = 0;
        *length = 0;
        for (unsigned i = 0; i < count; i++)
                if (is_usable(&regions[i]) && regions[i].length > *length) {
                        base = (uint32_t)regions[i].base;
                        *length = (uint32_t)regions[i].length;
                }
        return base;
}

bool reserve_is_free(uint32_t base, uint32_t length)
{
        for (unsigned i = 0; i < count; i++)
                if (is_usable(&regions[i]) && regions[i].base <= base &&
                    (uint64_t)base + length <= end_of(&regions[i]))
                        return true;
        return false;
}

/* Ascending, as some loaders expect; there are few. */
static void sort(void)
{
        for (unsigned i = 1; i < count; i++)
                for (unsigned j = i; j && regions[j].base < regions[j - 1].base; j--) {
                        struct memory_region region = regions[j];
                        regions[j] = regions[j - 1];
                        regions[j - 1] = region;
                }
}

/* Bytes from `from` on without a hole, as the older calls tell it. */
static uint32_t run_from(uint32_t from)
{
        uint64_t end = from;
        for (unsigned i = 0; i < count; i++)
                if (regions[i].type == MEMORY_AVAILABLE && regions[i].base <= end && end_of(&regions[i]) > end)
                        end = end_of(&regions[i]);
        return (uint32_t)((end < FOUR_GIGABYTES ? end : FOUR_GIGABYTES - 1) - from);
}

static uint16_t at_most(uint32_t value, uint16_t most)
{
        return value < most ? (uint16_t)value : most;
}

void reserve_publish(struct gates *to)
{
        sort();
        memcpy(to->regions, regions, sizeof regions);
        to->region_count = (uint16_t)count;
        to->kilobytes_below_16_mb = at_most(run_from(MEGABYTE) >> 10, 15 * 1024);
        to->blocks_above_16_mb = at_most(run_from(16 * MEGABYTE) >> 16, 0xffff);
        to->kilobytes = at_most(run_from(MEGABYTE) >> 10, 0xffff);
}
