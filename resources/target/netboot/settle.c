/*
 * Moves the program from 1 MB, where kernels want to be, to the top of memory, where it stays. What runs here is
 * the copy at 1 MB.
 */
#include "../pxe/console.h"
#include "../pxe/realmode.h"
#include "../pxe/string.h"
#include "layout.h"
#include "../multiboot/multiboot.h"
#include "resident.h"

struct origin origin;

extern char image_start[], image_end[];
extern const uint8_t relocations[];
extern void run_resident(void (*main)(void)) ON_STACK __attribute__((noreturn));

/*
 * How much is left free above us. iPXE keeps its own memory there, and does not say so any more to a MultiBoot
 * kernel, though its network driver is needed on.
 */
enum { GAP = 2 * MEGABYTE, ALIGNMENT = 4096 };

static void copy_text(char *into, uint32_t size, const char *text)
{
        size_t length = strlen(text);
        if (length >= size)
                length = size - 1;
        memcpy(into, text, length);
        into[length] = 0;
}

static void map_of_loader(const struct multiboot_information *loader)
{
        if (loader->flags & HAS_MEMORY)
                origin.memory_lower = loader->memory_lower * 1024;
        if (loader->flags & HAS_MEMORY_MAP) {
                uint32_t at = loader->memory_map, end = at + loader->memory_map_length;
                while (end - at >= sizeof(struct multiboot_region) && origin.region_count < MOST_REGIONS) {
                        const struct multiboot_region *region = (const void *)at;
                        if (region->size < sizeof *region - 4 || region->size > end - at - 4)
                                break;
                        origin.regions[origin.region_count++] =
                                (struct memory_region){ region->base, region->length, region->type };
                        at += region->size + 4;
                }
        } else if (loader->flags & HAS_MEMORY) {
                origin.regions[0] = (struct memory_region){ 0, origin.memory_lower, MEMORY_AVAILABLE };
                origin.regions[1] = (struct memory_region){ MEGABYTE, loader->memory_upper * 1024ull, MEMORY_AVAILABLE };
                origin.region_count = 2;
        }
}

/* The region from 1 MB on is what MultiBoot calls upper memory. Ours is its end, which the map then says. */
static uint32_t take_memory(uint32_t wanted, uint32_t gap)
{
        for (uint32_t i = 0; i < origin.region_count; i++) {
                struct memory_region *region = &origin.regions[i];
                uint64_t end = region->base + region->length;
                if (region->type != MEMORY_AVAILABLE || region->base > MEGABYTE || end <= MEGABYTE)
                        continue;
                uint32_t top = end > 0xfffff000 ? 0xfffff000 : (uint32_t)end;
                if (top - MEGABYTE < gap + 2 * wanted)
                        return 0;
                uint32_t base = (top - gap - wanted) & ~(ALIGNMENT - 1u);
                region->length = base - region->base;
                if (origin.region_count < MOST_REGIONS)
                        origin.regions[origin.region_count++] = (struct memory_region){ base, end - base, MEMORY_RESERVED };
                origin.memory_end = base;
                return base;
        }
        return 0;
}

/* Adds `distance` to every address within the copy. One byte a step from one to the next; 0 and two for a long one. */
static void relocate(uint32_t distance)
{
        uint8_t *at = (uint8_t *)image_start + distance;
        const uint8_t *step = relocations;
        for (;;) {
                uint32_t width = *step++;
                if (!width) {
                        width = step[0] | (uint32_t)step[1] << 8;
                        step += 2;
                        if (!width)
                                return;
                }
                at += width;
                *(uint32_t *)at += distance;
        }
}

static void complain(void)
{
        realmode_install(LOW_AREA);
        console_start(115200);
        print("NetBoot needs more memory.\n");
        console_leave();
        if (origin.firmware)
                origin.firmware->exit(PXENV_EXIT_FAILURE);
}

/* Comes back only when there is no room. */
ON_STACK void settle(uint32_t magic, const void *handed_over)
{
        uint32_t gap = GAP;
        if (magic == STARTED_BY_STUB) {
                origin.firmware_copy = *(const struct nbp_entry *)handed_over;
                origin.firmware = &origin.firmware_copy;
                realmode_install(LOW_AREA);
                origin.region_count = memory_map(origin.regions, MOST_REGIONS);
                origin.memory_lower = base_memory_size();
                gap = 0; /* firmware that is running has taken what it needs out of the map */
        } else if (magic == MULTIBOOT_LOADED) {
                const struct multiboot_information *loader = handed_over;
                if (loader->flags & HAS_COMMAND_LINE)
                        copy_text(origin.command_line, sizeof origin.command_line, (const char *)loader->command_line);
                map_of_loader(loader);
        }
        uint32_t base = take_memory((uint32_t)(image_end - image_start) + BASE_MEMORY, gap);
        if (!base) {
                complain();
                return;
        }
        uint32_t distance = base - (uint32_t)image_start;
        memcpy((void *)base, image_start, (size_t)(image_end - image_start));
        relocate(distance);
        if (origin.firmware)
                ((struct origin *)((char *)&origin + distance))->firmware =
                        (const struct nbp_entry *)((char *)&origin.firmware_copy + distance);
        typeof(run_resident) *run = (typeof(run_resident) *)((char *)run_resident + distance);
        run((void (*)(void))((char *)netboot_main + distance));
}
