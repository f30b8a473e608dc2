/*
 * A kernel that has interrupts its own way: masks the old controllers, routes keyboard and serial port through the
 * I/O APIC, lets the local APIC's timer tick and closes LINT0. It returns with all of that going on, and with
 * interrupts requested that nobody has served.
 */
#include "../../pxe/io.h"
#include "../shared/console.h"
#include "../shared/leave.h"

enum { PIC1 = 0x20, PIC2 = 0xa0, MASKED = 1 << 16, FIRST_VECTOR = 0xa0, TIMER_VECTOR = 0xef, PERIODIC = 1 << 17 };
enum { LOCAL = 0xfee00000, TASK_PRIORITY = 0x80, SPURIOUS_VECTOR = 0xf0, ENABLED = 0x1ff, COMMAND_LOW = 0x300, TO_SELF = 1 << 18 };
enum { TIMER = 0x320, LINT0 = 0x350, LINT1 = 0x360, TIMER_COUNT = 0x380, TIMER_DIVIDER = 0x3e0, REQUESTED = 0x200 };
enum { IO_APIC = 0xfec00000, WINDOW = 0x10, TABLE = 0x10, INPUTS = 24 };

static volatile uint32_t *local(uint32_t reg)
{
        return (volatile uint32_t *)(LOCAL + reg);
}

static void route(uint32_t input, uint32_t low)
{
        volatile uint32_t *io_apic = (volatile uint32_t *)IO_APIC;
        io_apic[0] = TABLE + input * 2;
        io_apic[WINDOW / 4] = low;
}

void kernel_main(uint32_t magic, const struct multiboot_information *info)
{
        console_start();
        put("Rerouting sample kernel\n");
        uint32_t return_address = return_address_in(info);
        if (magic != MULTIBOOT_LOADED || !return_address) {
                put("There is nowhere to return to. Halted.\n");
                return;
        }
        out8(PIC1 + 1, 0xff);
        out8(PIC2 + 1, 0xff);
        *local(SPURIOUS_VECTOR) = ENABLED;
        *local(LINT0) = *local(LINT1) = MASKED;
        *local(TASK_PRIORITY) = 0x20;
        for (uint32_t input = 0; input < INPUTS; input++)
                route(input, FIRST_VECTOR + input);
        *local(TIMER_DIVIDER) = 0;
        *local(TIMER) = PERIODIC | TIMER_VECTOR;
        *local(TIMER_COUNT) = 10000;
        *local(COMMAND_LOW) = TO_SELF | 0xc8;
        while (!(*local(REQUESTED + 0x10 * (TIMER_VECTOR / 32)) >> TIMER_VECTOR % 32 & 1))
                ;
        put("Interrupts come by the APICs alone, and some wait. Returning.\n");
        leave_to(return_address);
}
