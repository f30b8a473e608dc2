/*
 * Entry of a network boot program: firmware puts the file at 0:7c00 and calls it, with PXENV+ in ES:BX and a far
 * pointer to !PXE on the stack above its return address. PXE Specification 2.1, section 4.4.5 ("Client State at
 * Bootstrap Execution Time"). Everything of the firmware is kept, so that the program may return to it, and the
 * machine go on to its next boot device.
 *
 * Link at 0x7c00 with .entry first, and it and .data below 64 KB: offsets in segment 0 are addresses. In real mode
 * the stack is the firmware's, which has room for 1.5 KB.
 */
#define CODE32  0x08
#define DATA32  0x10
#define CODE16  0x18
#define DATA16  0x20

        .section .entry, "ax"
        .code16
        .globl  nbp_start, nbp_exit
nbp_start:
        pushfl
        pushal
        pushw   %ds
        pushw   %es
        pushw   %fs
        pushw   %gs
        ljmp    $0, $1f                 /* some call 07c0:0000 */
1:      cli
        cld
        xorw    %ax, %ax
        movw    %ax, %ds
        movw    %sp, firmware_stack
        movw    %ss, firmware_stack + 2
        movw    %es, %ax
        movzwl  %ax, %eax
        shll    $4, %eax
        movzwl  %bx, %ebx
        addl    %ebx, %eax
        movl    %eax, pxenv
        movw    %sp, %bp
        movzwl  44 + 4(%bp), %ebx       /* past what was pushed, and the return address */
        movzwl  44 + 6(%bp), %eax
        shll    $4, %eax
        addl    %ebx, %eax
        movl    %eax, bang_pxe

        sti
        movw    $0x2401, %ax            /* A20 on; a20.c sees to it where the BIOS does not */
        int     $0x15
        cli
        xorw    %ax, %ax
        movw    %ax, %ds
        lgdtl   gdtr
        movl    %cr0, %eax
        orb     $1, %al
        movl    %eax, %cr0
        ljmpl   $CODE32, $in_protected_mode

        .code32
in_protected_mode:
        movw    $DATA32, %ax
        movw    %ax, %ds
        movw    %ax, %es
        movw    %ax, %fs
        movw    %ax, %gs
        movw    %ax, %ss
        movl    $nbp_stack_top, %esp
        movl    $bss_start, %edi
        movl    $bss_end, %ecx
        subl    %edi, %ecx
        xorl    %eax, %eax
        rep stosb
        pushl   $entry
        call    nbp_main
        pushl   %eax
        pushl   $0                      /* in the place of a return address */

/* void nbp_exit(uint32_t status): back to the firmware. From anywhere, as long as base memory is as it was. */
nbp_exit:
        cli
        movl    4(%esp), %ebx
        lgdt    gdtr
        lidt    bios_idt
        ljmp    $CODE16, $1f
        .code16
1:      movw    $DATA16, %ax
        movw    %ax, %ds
        movw    %ax, %es
        movw    %ax, %fs
        movw    %ax, %gs
        movw    %ax, %ss
        movl    %cr0, %eax
        andb    $0xfe, %al
        movl    %eax, %cr0
        ljmp    $0, $2f
2:      xorw    %ax, %ax
        movw    %ax, %ds
        lssw    firmware_stack, %sp
        movw    %sp, %bp
        movw    %bx, 8 + 28(%bp)        /* AX, as pushal has put it */
        popw    %gs
        popw    %fs
        popw    %es
        popw    %ds
        popal
        popfl
        lretw

        .data
        .balign 8
gdt:    .quad   0
        .quad   0x00cf9b000000ffff      /* CODE32 */
        .quad   0x00cf93000000ffff      /* DATA32 */
        .quad   0x00009b000000ffff      /* CODE16 */
        .quad   0x000093000000ffff      /* DATA16 */
gdt_end:
gdtr:   .word   gdt_end - gdt - 1
        .long   gdt
bios_idt: .word 0x3ff
        .long   0
        .balign 4
firmware_stack: .word 0, 0
/* struct nbp_entry */
entry:
pxenv:  .long   0
bang_pxe: .long 0
        .long   nbp_exit

        .bss
        .balign 16
        .space  4096
nbp_stack_top:

        .section .note.GNU-stack, "", @progbits
