/*
 * What the OSKit's manual calls a boot adaptor: a MultiBoot kernel that brings another with its modules, listed in
 * `boot_modules` as mkmbimage does, and starts it with the command line that it was started with itself.
 */
#include "../../../resources/target/multiboot/multiboot.h"
#include <stddef.h>

struct module {
        const uint8_t *start, *end;
        const char *string;
};
extern const struct module boot_modules[]; /* the kernel first; ends with a null pointer */
extern const uint8_t mover[], mover_end[];

/* In memory that neither we nor the kernel are in. */
enum { LOAD = 1, KERNEL_COPY = 0x1000000, MODULES = 0x1800000, MOVER = 0x2000000 };

struct program_header {
        uint32_t type, offset, virtual, physical, file_size, memory_size, flags, align;
};

static void copy(uint8_t *to, const uint8_t *from, uint32_t length)
{
        while (length--)
                *to++ = *from++;
}

void adapt(struct multiboot_information *information)
{
        static struct multiboot_module modules[16];
        uint8_t *place = (uint8_t *)MODULES;
        unsigned count = 0;
        for (const struct module *module = boot_modules + 1; module->start; module++, count++) {
                uint32_t length = (uint32_t)(module->end - module->start);
                copy(place, module->start, length);
                modules[count] = (struct multiboot_module){ (uint32_t)place, (uint32_t)place + length,
                                                            (uint32_t)module->string, 0 };
                place += (length + 4095) & ~4095u;
        }
        /* The list and its strings too: the kernel comes where we are. */
        copy(place, (const uint8_t *)modules, sizeof modules);
        struct multiboot_module *list = (void *)place;
        place += sizeof modules;
        for (unsigned i = 0; i < count; i++) {
                uint8_t *string = place;
                for (const char *from = (const char *)list[i].string; (*place++ = (uint8_t)*from++);)
                        ;
                list[i].string = (uint32_t)string;
        }
        information->flags |= HAS_MODULES;
        information->module_count = count;
        information->modules = (uint32_t)list;

        /* Its segments are put together away from here, and moved at once to where the first belongs. */
        const uint8_t *file = boot_modules[0].start;
        const struct program_header *segments = (const void *)(file + *(const uint32_t *)(file + 28));
        uint8_t *image = (uint8_t *)KERNEL_COPY;
        uint32_t base = segments[0].physical, size = 0;
        for (unsigned i = 0; i < *(const uint16_t *)(file + 44); i++) {
                const struct program_header *segment = &segments[i];
                uint8_t *to = image + (segment->physical - base);
                if (segment->type != LOAD)
                        continue;
                for (uint32_t at = 0; at < segment->memory_size; at++)
                        to[at] = at < segment->file_size ? file[segment->offset + at] : 0;
                size = segment->physical - base + segment->memory_size;
        }
        copy((uint8_t *)MOVER, mover, (uint32_t)(mover_end - mover));
        __asm__ volatile("jmp *%%eax"
                         :
                         : "a"(MOVER), "S"(image), "D"(base), "c"(size), "d"(*(const uint32_t *)(file + 24)), "b"(information));
}
