/*
 * The interrupts that `boot` calls, in real mode, and their way into 32-bit code and back. Position independent:
 * every address is an offset from the start, which gates_place() copies to a paragraph of base memory.
 */
#define CODE32          0x08
#define DATA32          0x10
#define CODE16          0x18
#define DATA16          0x20
#define GATE_DISK       1
#define GATE_FILES      2
#define MOST_REGIONS    32

#define DISK            0x80
#define SMAP            0x534d4150
#define DISKS           0x75            /* in the BIOS data area, segment 40 */
#define UDP_READ        0x32
#define UDP_READ_WORDS  10              /* its operands */
#define BOOT_SEGMENT    0x2000
#define BOOT_OFFSET     0x0200

#define AT(label)       (label - gates_start)

        .section .rodata.gates, "a"
        .balign 16
        .globl  gates_start, gates_end
/* struct gates */
gates_start:
enter:  .long   0
returned: .long 0
old_int13: .long 0
old_int15: .long 0
to_real: .word  AT(in_real_mode), 0
        .long   AT(leave)
        .word   CODE16
        .long   AT(boot)
        .word   CODE16
        .word   AT(int13), AT(int15), AT(int2b), AT(udp_read)
device: .word   0
kilobytes_below_16_mb: .word 0
blocks_above_16_mb: .word 0
kilobytes: .word 0
region_count: .word 0
gdtr:   .word   5 * 8 - 1
        .long   0
gdt:    .quad   0
        .quad   0x00cf9b000000ffff      /* CODE32: base 0, 4 GB */
        .quad   0x00cf93000000ffff      /* DATA32 */
        .quad   0x00009b000000ffff      /* CODE16: gates_place() puts our base in */
        .quad   0x000093000000ffff      /* DATA16 */
regions: .space MOST_REGIONS * 20

        .code16
/* Disk 80h is ours. What the BIOS has there has moved up by one. */
int13:  cmpb    $DISK, %dl
        je      1f
        ja      other_disk
        ljmp    *%cs:AT(old_int13)
1:      pushw   $GATE_DISK
        jmp     gate

other_disk:
        pushw   %ax
        decb    %dl
        pushfw
        lcall   *%cs:AT(old_int13)
        pushw   %bp
        movw    %sp, %bp                /* BP, the function, IP, CS, flags */
        pushw   %ax
        lahf
        movb    %ah, 8(%bp)
        popw    %ax
        cmpb    $0x15, 3(%bp)           /* has told a size in CX:DX */
        je      3f
        cmpb    $0x08, 3(%bp)           /* has told the number of disks, of which some know ours and some do not */
        jne     2f
        pushw   %ds
        pushw   $0x40
        popw    %ds
        movb    DISKS, %dl
        popw    %ds
        jmp     3f
2:      incb    %dl
3:      popw    %bp
        addw    $2, %sp
        iretw

int2b:  pushw   $GATE_FILES
        /* goes on */

/* From an interrupt's stack, with the caller's registers on it as struct frame, to gates32.S. */
gate:   pushal
        pushw   %ds
        pushw   %es
        pushw   %fs
        pushw   %gs
        cld
        cli
        movw    %sp, %bp
        movw    %ss, %cx
        movzwl  %cx, %edx
        shll    $4, %edx
        movzwl  %bp, %ebp
        addl    %ebp, %edx              /* the frame */
        movzwl  40(%bp), %eax           /* the kind */
        movw    %cs, %si
        movw    %si, %ds
        movw    %si, %ss
        movw    $AT(gate_stack_top), %sp
        pushw   %cx
        pushw   %bp
        movl    AT(enter), %ebx

/* To EBX in protected mode. EAX and EDX pass through. */
protect: lgdtl  AT(gdtr)
        movl    %cr0, %ecx
        orb     $1, %cl
        movl    %ecx, %cr0
        pushl   $CODE32
        pushl   %ebx
        lretl

/* From gates32.S, in protected mode with CS as CODE16: either way out. */
leave:  movw    $AT(left), %bx
        movw    $AT(gate_stack_top) - 4, %cx
        jmp     1f
boot:   movw    $AT(call_boot), %bx
        movw    $AT(boot_stack_top), %cx
1:      movw    $DATA16, %ax
        movw    %ax, %ds
        movw    %ax, %es
        movw    %ax, %fs
        movw    %ax, %gs
        movw    %ax, %ss
        movzwl  %cx, %esp
        movl    %cr0, %eax
        andb    $0xfe, %al
        movl    %eax, %cr0
        ljmp    *AT(to_real)
in_real_mode:
        movw    %cs, %ax
        movw    %ax, %ds
        movw    %ax, %es
        movw    %ax, %ss
        jmp     *%bx

left:   popw    %bp
        popw    %cx
        movw    %cx, %ss
        movw    %bp, %sp
        popw    %gs
        popw    %fs
        popw    %es
        popw    %ds
        popal
        addw    $2, %sp
        iretw

call_boot:
        movw    AT(device), %dx
        sti
        lcall   $BOOT_SEGMENT, $BOOT_OFFSET
        cli
        movw    %cs, %ax
        movw    %ax, %ds
        movw    %ax, %ss
        movw    $AT(boot_stack_top), %sp
        movl    AT(returned), %ebx
        jmp     protect

/*
 * A far procedure: asks the PXE entry in ESI for a datagram, until there is one, at most CX times. The operands are
 * at ES:DI and, to begin each time with, 64 bytes on. Gives AX. The loop is here because a change of mode costs more
 * than the question.
 */
udp_read:
        movl    %esi, %cs:AT(pxe_entry)
        movw    %es, %ax
        movw    %ax, %ds
1:      pushw   %cx
        pushw   %di
        pushw   %ds
        leaw    64(%di), %si
        movw    $UDP_READ_WORDS, %cx
        cld
        rep movsw
        subw    $2 * UDP_READ_WORDS, %di
        movw    $UDP_READ, %bx
        pushw   %es
        pushw   %di
        pushw   %bx
        sti
        lcall   *%cs:AT(pxe_entry)
        addw    $6, %sp
        popw    %ds
        popw    %di
        popw    %cx
        movw    %ds, %bx
        movw    %bx, %es
        orw     (%di), %ax
        loopnzw 1b
2:      lretw
        .balign 4
pxe_entry: .long 0

/* The memory map without what is ours (ACPI 6.5, section 15.1), and the older calls. */
int15:  cmpw    $0xe820, %ax
        je      e820
        cmpw    $0xe801, %ax
        je      e801
        cmpb    $0x88, %ah
        je      1f
        ljmp    *%cs:AT(old_int15)
1:      movw    %cs:AT(kilobytes), %ax
        jmp     succeed

e820:   cmpl    $SMAP, %edx
        jne     refuse
        cmpl    $20, %ecx
        jb      refuse
        cmpw    %cs:AT(region_count), %bx
        jae     refuse
        pushw   %si
        pushw   %di
        pushw   %ds
        movw    %cs, %si
        movw    %si, %ds
        imulw   $20, %bx, %si
        addw    $AT(regions), %si
        movw    $10, %cx
        cld
        rep movsw
        popw    %ds
        popw    %di
        popw    %si
        movl    $20, %ecx
        movl    %edx, %eax
        incw    %bx
        cmpw    %cs:AT(region_count), %bx
        jb      succeed
        xorl    %ebx, %ebx
        jmp     succeed

e801:   movw    %cs:AT(kilobytes_below_16_mb), %ax
        movw    %ax, %cx
        movw    %cs:AT(blocks_above_16_mb), %bx
        movw    %bx, %dx
succeed: pushw  %bp
        movw    %sp, %bp
        andb    $0xfe, 6(%bp)           /* carry */
        popw    %bp
        iretw
refuse: movb    $0x86, %ah
        pushw   %bp
        movw    %sp, %bp
        orb     $1, 6(%bp)
        popw    %bp
        iretw

        .balign 16
        .space  128
gate_stack_top:
        .space  1024
boot_stack_top:
gates_end:

/* The 32-bit side. */
        .text
        .code32
        .globl  gate_entry, boot_returned, run_boot
        .macro  flat
        movl    $DATA32, %ebx
        movw    %bx, %ds
        movw    %bx, %es
        movw    %bx, %ss
        movl    saved_esp, %esp
        cld
        .endm

gate_entry:
        flat
        pushl   %edx
        pushl   %eax
        call    gate_call
        addl    $8, %esp
        movl    gates, %ebx
        ljmpl   *20(%ebx)               /* struct gates: leave */

/* void run_boot(uint16_t device) */
run_boot:
        pushal
        movl    %esp, saved_esp
        movl    gates, %ebx
        movl    36(%esp), %eax
        movw    %ax, AT(device)(%ebx)
        lgdt    AT(gdtr)(%ebx)
        ljmpl   *26(%ebx)               /* struct gates: boot */
boot_returned:
        flat
        popal
        ret

        .bss
        .balign 4
saved_esp: .space 4

        .section .note.GNU-stack, "", @progbits
