/*
 * What stays in base memory while `boot` runs: the interrupts that it calls, and the passage from them to 32-bit
 * code. gates.S has the code; it is copied to a paragraph of its own.
 */
#pragma once
#include "../pxe/realmode.h"
#include "../pxe/memory.h"

enum { MOST_REGIONS = 32 };

/* The start of gates.S. Offsets are within its segment. */
struct gates {
        uint32_t enter, returned; /* linear addresses, of gates32.S */
        struct far_pointer old_int13, old_int15;
        struct far_pointer to_real; /* where protected mode is left */
        struct {
                uint32_t offset;
                uint16_t selector;
        } __attribute__((packed)) leave, boot; /* from protected mode */
        uint16_t int13, int15, int2b, udp_read;
        uint16_t device; /* DX for `boot` */
        /* What INT 15h answers. */
        uint16_t kilobytes_below_16_mb, blocks_above_16_mb, kilobytes, region_count;
        struct {
                uint16_t limit;
                uint32_t base;
        } __attribute__((packed)) gdtr;
        uint8_t gdt[5 * 8];
        struct memory_region regions[MOST_REGIONS];
} __attribute__((packed));

/* What the caller of an interrupt had in its registers, on its own stack. */
struct frame {
        uint16_t gs, fs, es, ds;
        uint32_t edi, esi, ebp, esp, ebx, edx, ecx, eax;
        uint16_t kind, ip, cs, flags;
};
enum { GATE_DISK = 1, GATE_FILES = 2 };

extern struct gates *gates;

/* Bytes of base memory that it takes, and putting it there: `area` is a multiple of 16. */
uint32_t gates_size(void);
void gates_place(uint32_t area);
/* A far pointer to an offset of the copy. */
struct far_pointer gates_pointer(uint16_t offset);

/* Hooks INT 13h, 15h and 2Bh and takes base memory from the gates up away; and gives all back. */
void gates_open(bool with_disk);
void gates_close(void);

/* Calls `boot` at 2000:0200 until it comes back. */
void run_boot(uint16_t device);

/* Every interrupt that is ours ends up here. */
void gate_call(uint32_t kind, struct frame *frame);
