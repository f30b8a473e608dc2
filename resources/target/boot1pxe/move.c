#include "move.h"
#include "gates.h"
#include "../pxe/realmode.h"
#include "reserve.h"
#include "../pxe/string.h"
#include "words.h"

/* link.ld: the program and its zeros; the words in it that hold addresses of it, as `ld -pie` lists them. */
extern uint8_t nbp_start[], bss_end[];
extern const struct {
        uint32_t offset, kind;
} relocations[], relocations_end[];

/* move32.S */
void continue_at(uint32_t stack, void (*there)(void)) __attribute__((noreturn));
extern uint8_t upper_stack_top[];

enum { KILOBYTE = 1024 };
/* Up to here the program and its zeros lie when firmware has started it. */
enum { LOADED_AT = 0x7c00 };

static uint32_t distance, base_end;
static struct nbp_entry firmware;
static void (*next)(const struct nbp_entry *entry);
/* The program as firmware started it: it is the way back. */
static uint8_t *original;

uint32_t base_memory_end(void)
{
        return base_end;
}

static uint32_t program_size(void)
{
        return (uint32_t)(bss_end - nbp_start);
}

/* Goes on here in the copy. */
static void arrive(void)
{
        uint32_t gates_area = (base_end - gates_size()) & -KILOBYTE;
        realmode_install(base_end);
        gates_place(gates_area);
        /* The descriptors that the program came with are left behind. */
        __asm__ volatile("lgdt %0" : : "m"(gates->gdtr));
        base_end = gates_area;
        next(&firmware);
        memcpy((void *)LOADED_AT, original, program_size());
        typeof(firmware.exit) leave = firmware.exit;
        leave(PXENV_EXIT_SUCCESS);
}

bool move_up(const struct nbp_entry *entry, void (*there)(const struct nbp_entry *entry))
{
        realmode_install(((uint32_t)bss_end + 15) & -16);
        reserve_start();
        base_end = (base_memory_size() - LOW_SIZE) & -KILOBYTE;
        uint32_t size = program_size();
        uint8_t *to = (uint8_t *)reserve_take(2 * size, true);
        if (!to)
                return fail("there is no memory above 1 MB");
        reserve_base((base_end - gates_size()) & -KILOBYTE);
        original = to + size;
        memcpy(original, nbp_start, size);

        distance = (uint32_t)(to - nbp_start);
        firmware = *entry;
        next = (void (*)(const struct nbp_entry *))((uint32_t)there + distance);
        memcpy(to, nbp_start, size);
        for (unsigned i = 0; &relocations[i] < relocations_end; i++)
                *(uint32_t *)(relocations[i].offset + distance) += distance;
        continue_at((uint32_t)upper_stack_top + distance, (void (*)(void))((uint32_t)arrive + distance));
}
