/*
 * Firmware is called on as it was started: with interrupts from the old controllers, which pass through the local
 * APIC's pin LINT0 or the I/O APIC's first input. Kernels that use the APICs themselves close that way.
 * Intel 64 and IA-32 Architectures Software Developer's Manual, volume 3, chapter 11 (APIC); 82093AA datasheet.
 */
#include "processor.h"
#include "../pxe/entry.h"
#include "../pxe/realmode.h"
#include <stdbool.h>
#include <stdint.h>

/* Of CPUID leaf 1 and of leaf 80000001h, both in EDX. */
enum { HAS_APIC = 1 << 9, HAS_NO_EXECUTE = 1 << 20, HAS_LONG_MODE = 1 << 29 };
enum msr { APIC_BASE = 0x1b, EXTENDED_FEATURES = 0xc0000080 };
enum { APIC_X2 = 1 << 10, APIC_ENABLED = 1 << 11 };

/* Registers of the local APIC. While its software enable bit is off, what is written to the rest stays masked. */
enum { TASK_PRIORITY = 0x080, END_OF_INTERRUPT = 0x0b0, SPURIOUS_VECTOR = 0x0f0, IN_SERVICE = 0x100, REQUESTED = 0x200, TIMER_COUNT = 0x380, APIC_ON = 1 << 8 };
static const uint16_t local_registers[] = {
        SPURIOUS_VECTOR,
        0x320, /* timer, thermal sensor, performance counters, LINT0, LINT1, error */
        0x330, 0x340, 0x350, 0x360, 0x370, TIMER_COUNT, TASK_PRIORITY,
};
enum { LOCAL_REGISTERS = sizeof local_registers / sizeof *local_registers };

/* The I/O APIC, where every PC with one has its first. */
enum { IO_APIC = 0xfec00000, IO_SELECT = 0x00, IO_WINDOW = 0x10, IO_VERSION = 1, IO_TABLE = 0x10, MOST_INPUTS = 64, INPUT_MASKED = 1 << 16 };

static uint64_t apic_base, extended_features;
static uint32_t local_state[LOCAL_REGISTERS];
static unsigned input_count;
static uint32_t inputs[MOST_INPUTS][2];

static uint32_t cpuid_edx(uint32_t leaf)
{
        uint32_t eax = leaf, ebx, ecx = 0, edx;
        __asm__ volatile("cpuid" : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
        return edx;
}

static bool is_extended(void)
{
        uint32_t eax = 0x80000000, ebx, ecx, edx;
        __asm__ volatile("cpuid" : "+a"(eax), "=b"(ebx), "=c"(ecx), "=d"(edx));
        return eax > 0x80000000 && cpuid_edx(0x80000001) & (HAS_NO_EXECUTE | HAS_LONG_MODE);
}

static uint64_t read_msr(enum msr msr)
{
        uint64_t value;
        __asm__ volatile("rdmsr" : "=A"(value) : "c"(msr));
        return value;
}

static void write_msr(enum msr msr, uint64_t value)
{
        __asm__ volatile("wrmsr" : : "c"(msr), "A"(value));
}

static volatile uint32_t *local(uint32_t reg)
{
        return (volatile uint32_t *)(((uint32_t)apic_base & ~0xfffu) + reg);
}

static volatile uint32_t *io_apic(uint32_t reg)
{
        return (volatile uint32_t *)(IO_APIC + reg);
}

static uint32_t read_io(uint32_t index)
{
        *io_apic(IO_SELECT) = index;
        return *io_apic(IO_WINDOW);
}

static void write_io(uint32_t index, uint32_t value)
{
        *io_apic(IO_SELECT) = index;
        *io_apic(IO_WINDOW) = value;
}

static void stash_io_apic(void)
{
        uint32_t version = read_io(IO_VERSION);
        /* What is not there reads as all ones. */
        input_count = version == 0xffffffff || !(version & 0xff) ? 0 : (version >> 16 & 0xff) + 1;
        if (input_count > MOST_INPUTS)
                input_count = 0;
        for (unsigned i = 0; i < input_count; i++)
                for (unsigned half = 0; half < 2; half++)
                        inputs[i][half] = read_io(IO_TABLE + i * 2 + half);
}

static void restore_io_apic(void)
{
        for (unsigned i = 0; i < input_count; i++) {
                write_io(IO_TABLE + i * 2, INPUT_MASKED);
                write_io(IO_TABLE + i * 2 + 1, inputs[i][1]);
                write_io(IO_TABLE + i * 2, inputs[i][0]);
        }
}

/* From x2APIC there is no way back but through none at all, which also forgets all that is pending (11.12.5). */
static void restore_apic_base(void)
{
        uint64_t now = read_msr(APIC_BASE);
        if (now == apic_base)
                return;
        if (now & APIC_X2)
                write_msr(APIC_BASE, now & ~(uint64_t)(APIC_X2 | APIC_ENABLED));
        write_msr(APIC_BASE, apic_base);
}

/* In start.S: returns at once. */
extern void ignore_interrupt(void) ON_STACK;

static bool any_is_set(uint32_t first)
{
        for (uint32_t word = 0; word < 8; word++)
                if (*local(first + word * 0x10))
                        return true;
        return false;
}

/*
 * What was requested while the kernel had interrupts off would else be raised as soon as firmware turns them on, by
 * vectors that mean other things there. The old controllers are masked meanwhile.
 */
static void drain_requests(void)
{
        static uint64_t gates[256];
        uint32_t handler = (uint32_t)ignore_interrupt;
        for (unsigned vector = 0; vector < 256; vector++)
                gates[vector] = (uint64_t)((handler & 0xffff0000) | 0x8e00) << 32 | SELECTOR_CODE32 << 16 | (handler & 0xffff);
        struct {
                uint16_t limit;
                uint32_t base;
        } __attribute__((packed)) table = { sizeof gates - 1, (uint32_t)gates };
        __asm__ volatile("lidt %0" : : "m"(table), "m"(gates));
        *local(TASK_PRIORITY) = 0;
        /* Also out of a handler that a kernel may have returned from. */
        for (int rounds = 0; rounds < 256 && (any_is_set(REQUESTED) || any_is_set(IN_SERVICE)); rounds++) {
                *local(END_OF_INTERRUPT) = 0;
                __asm__ volatile("sti; nop; nop; cli");
        }
}

static bool has_local_apic(void)
{
        /* In x2APIC mode before any kernel: then firmware wants it so. */
        return apic_base & APIC_ENABLED && !(apic_base & APIC_X2) && !(apic_base >> 32);
}

void stash_processor(void)
{
        if (is_extended())
                extended_features = read_msr(EXTENDED_FEATURES);
        apic_base = cpuid_edx(1) & HAS_APIC ? read_msr(APIC_BASE) : 0;
        if (!has_local_apic())
                return;
        for (unsigned i = 0; i < LOCAL_REGISTERS; i++)
                local_state[i] = *local(local_registers[i]);
        stash_io_apic();
}

void restore_processor(void)
{
        if (is_extended())
                write_msr(EXTENDED_FEATURES, extended_features);
        if (!apic_base)
                return;
        restore_apic_base();
        if (!has_local_apic())
                return;
        restore_io_apic();
        *local(SPURIOUS_VECTOR) = local_state[0] | APIC_ON;
        for (unsigned i = 1; i < LOCAL_REGISTERS; i++)
                *local(local_registers[i]) = local_state[i];
        drain_requests();
        *local(TASK_PRIORITY) = local_state[LOCAL_REGISTERS - 1];
        *local(SPURIOUS_VECTOR) = local_state[0];
}
