#include "gates.h"
#include "reserve.h"
#include "../pxe/string.h"

enum { INT_13 = 0x13 * 4, INT_15 = 0x15 * 4, INT_2B = 0x2b * 4 };
/* The BIOS data area */
enum { BASE_MEMORY_KB = 0x413, DISKS = 0x475 };

extern const char gates_start[], gates_end[];
extern void gate_entry(void), boot_returned(void);

struct gates *gates;
static struct far_pointer old_int2b;
static uint16_t old_base_memory;
static bool has_disk;

_Static_assert(__builtin_offsetof(struct gates, leave) == 20, "as in gates.S");
_Static_assert(__builtin_offsetof(struct gates, boot) == 26, "as in gates.S");

uint32_t gates_size(void)
{
        return (uint32_t)(gates_end - gates_start);
}

void gates_place(uint32_t area)
{
        gates = (struct gates *)area;
        memcpy(gates, gates_start, gates_size());
        gates->enter = (uint32_t)gate_entry;
        gates->returned = (uint32_t)boot_returned;
        gates->to_real.segment = (uint16_t)(area >> 4);
        gates->gdtr.base = (uint32_t)gates->gdt;
        for (int selector = 0x18; selector <= 0x20; selector += 8) {
                gates->gdt[selector + 2] = (uint8_t)area;
                gates->gdt[selector + 3] = (uint8_t)(area >> 8);
                gates->gdt[selector + 4] = (uint8_t)(area >> 16);
        }
}

struct far_pointer gates_pointer(uint16_t offset)
{
        return (struct far_pointer){ .offset = offset, .segment = gates->to_real.segment };
}

static struct far_pointer exchange(uint32_t vector, struct far_pointer handler)
{
        volatile uint16_t *at = base_memory_word(vector);
        struct far_pointer old = { at[0], at[1] };
        at[0] = handler.offset;
        at[1] = handler.segment;
        return old;
}

void gates_open(bool with_disk)
{
        has_disk = with_disk;
        reserve_publish(gates);
        if (has_disk) {
                gates->old_int13 = exchange(INT_13, gates_pointer(gates->int13));
                ++*(volatile uint8_t *)base_memory_word(DISKS);
        }
        gates->old_int15 = exchange(INT_15, gates_pointer(gates->int15));
        old_int2b = exchange(INT_2B, gates_pointer(gates->int2b));
        old_base_memory = *base_memory_word(BASE_MEMORY_KB);
        *base_memory_word(BASE_MEMORY_KB) = (uint16_t)((uint32_t)gates >> 10);
}

void gates_close(void)
{
        *base_memory_word(BASE_MEMORY_KB) = old_base_memory;
        exchange(INT_2B, old_int2b);
        exchange(INT_15, gates->old_int15);
        if (has_disk) {
                exchange(INT_13, gates->old_int13);
                --*(volatile uint8_t *)base_memory_word(DISKS);
        }
}
