#include "realmode.h"
#include "string.h"

struct realmode_frame {
        struct registers registers;
        struct far_pointer target;
        uint16_t words[3];
        uint16_t is_interrupt;
} __attribute__((packed));

struct realmode_patches {
        uint16_t gdt_limit;
        uint32_t gdt;
        struct far_pointer to_real;
        uint32_t to_protected;
} __attribute__((packed));

/* In realmode.S. */
extern const char realmode_start[], realmode_end[], realmode_frame[], realmode_gdt[], realmode_patches[];
extern void realmode_run(void);
extern const char realmode_return[];

uint32_t realmode_base;

static void *copy_of(const char *part)
{
        return low_address((uint32_t)(part - realmode_start));
}

void realmode_install(uint32_t area)
{
        realmode_base = area;
        memcpy((void *)area, realmode_start, (size_t)(realmode_end - realmode_start));

        uint8_t *gdt = copy_of(realmode_gdt);
        for (int selector = 0x18; selector <= 0x20; selector += 8) {
                gdt[selector + 2] = (uint8_t)area;
                gdt[selector + 3] = (uint8_t)(area >> 8);
                gdt[selector + 4] = (uint8_t)(area >> 16);
        }
        struct realmode_patches *patches = copy_of(realmode_patches);
        patches->gdt = (uint32_t)gdt;
        patches->to_real.segment = (uint16_t)(area >> 4);
        patches->to_protected = (uint32_t)realmode_return;
}

struct far_pointer low_pointer(uint32_t offset)
{
        return (struct far_pointer){ .offset = (uint16_t)offset, .segment = (uint16_t)(realmode_base >> 4) };
}

void *low_address(uint32_t offset)
{
        return (void *)(realmode_base + offset);
}

static void run(struct far_pointer target, const uint16_t words[3], bool is_interrupt, struct registers *registers)
{
        struct realmode_frame *frame = copy_of(realmode_frame);
        frame->registers = *registers;
        frame->target = target;
        memcpy(frame->words, words, sizeof frame->words);
        frame->is_interrupt = is_interrupt;
        realmode_run();
        *registers = frame->registers;
}

void bios_call(uint8_t vector, struct registers *registers)
{
        struct far_pointer handler = { *base_memory_word(vector * 4u), *base_memory_word(vector * 4u + 2) };
        static const uint16_t nothing[3];
        run(handler, nothing, true, registers);
}

void far_call(struct far_pointer procedure, const uint16_t words[3], struct registers *registers)
{
        run(procedure, words, false, registers);
}

struct far_pointer far_pointer(const volatile void *address)
{
        uint32_t at = (uint32_t)address;
        return (struct far_pointer){ .offset = (uint16_t)(at & 15), .segment = (uint16_t)(at >> 4) };
}

void *linear(struct far_pointer pointer)
{
        return (void *)(pointer.segment * 16u + pointer.offset);
}

volatile uint16_t *base_memory_word(uint32_t address)
{
        /* The compiler takes a constant address this low for a null pointer. */
        __asm__("" : "+r"(address));
        return (volatile uint16_t *)address;
}
