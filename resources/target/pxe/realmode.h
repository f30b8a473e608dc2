/*
 * Calls from 32-bit code to what only works in real mode: BIOS interrupts and far procedures such as the PXE API.
 * The program runs in flat protected mode with the selectors below, paging and interrupts off; interrupts are
 * served while a call is under way.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

enum { SELECTOR_CODE32 = 0x08, SELECTOR_DATA32 = 0x10 };

/*
 * The low area: a piece of base memory for what real mode must reach, 16-byte aligned. It holds the code that
 * switches modes, its stack, and the buffers below, by their offset. Everything else in base memory is left alone.
 */
enum {
        LOW_STACK_TOP = 0x1800,  /* 4 KB and more above the code */
        LOW_PARAMETERS = 0x1800, /* of a PXE call */
        LOW_PARAMETERS_SIZE = 0x400,
        LOW_DATA = 0x1c00, /* what the parameters point to: a frame, a TFTP block, a cached packet */
        LOW_DATA_SIZE = 0x2400,
        LOW_SIZE = 0x4000,
};

struct registers {
        uint32_t eax, ebx, ecx, edx, esi, edi, ebp;
        uint16_t ds, es;
        uint32_t flags; /* only as a result */
};

enum { CARRY_FLAG = 1 << 0, ZERO_FLAG = 1 << 6 };

/* The offset comes first in memory. */
struct far_pointer {
        uint16_t offset, segment;
} __attribute__((packed));

/* Once, before any call; `area` is the linear address of LOW_SIZE bytes below 640 KB, a multiple of 16. */
void realmode_install(uint32_t area);

/* In the low area: what real mode sees as a far pointer, and the same as an address for us. */
struct far_pointer low_pointer(uint32_t offset);
void *low_address(uint32_t offset);

/* Raises an interrupt. `registers` go in and come back; the segments may be 0. */
void bios_call(uint8_t vector, struct registers *registers);

/* Calls a far procedure with three words on its stack, `words[2]` on top, and takes them off again. */
void far_call(struct far_pointer procedure, const uint16_t words[3], struct registers *registers);

/* An address below 1 MB as a far pointer whose offset is less than 16, and back. */
struct far_pointer far_pointer(const volatile void *address);
void *linear(struct far_pointer pointer);

/* A field of base memory, such as an interrupt vector or one of the BIOS data area at 0x400. */
volatile uint16_t *base_memory_word(uint32_t address);
