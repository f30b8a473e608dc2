/*
 * The two ways into a boot loader of the boot-132 family, a flat file for linear address 0x20200: by a far call or
 * jump to 2000:0200 in real mode, with the device in DX; and by a MultiBoot loader, which puts it 1 MB higher and
 * enters it in protected mode. boot_main() gets the same in either case.
 */
#define BASE            0x20200
#define SEGMENT         0x2000
#define LOADED_HIGHER   0x100000

#define MAGIC           0x1badb002
#define LOADED          0x2badb002
#define FLAGS           0x00010003      /* modules on pages, memory sizes, addresses in this header */

#define CODE32  0x08
#define DATA32  0x10
#define CODE16  0x18
#define DATA16  0x20

/* As real mode sees it from our segment; for what is in this section, whose distances the assembler knows. */
#define NEAR(label)     (label - boot_start + BASE - SEGMENT * 16)
#define HIGH(label)     (label + LOADED_HIGHER)

        .section .start, "awx"
        .code16
        .globl  boot_start
boot_start:
        pushfl
        pushal
        pushw   %ds
        pushw   %es
        movw    %cs, %ax
        movw    %ax, %ds
        movw    %sp, NEAR(caller_stack)
        movw    %ss, NEAR(caller_stack) + 2
        movzbl  %dl, %ebx
        cli
        lgdtl   NEAR(gdtr)
        movl    %cr0, %eax
        orb     $1, %al
        movl    %eax, %cr0
        ljmpl   $CODE32, $from_real_mode

        .balign 4
multiboot_header:
        .long   MAGIC, FLAGS, -(MAGIC + FLAGS)
        .long   HIGH(multiboot_header), HIGH(boot_start), HIGH(image_end), HIGH(bss_end), HIGH(from_multiboot)

        .code32
from_multiboot:
        cmpl    $LOADED, %eax
        je      1f
        ud2
1:      xorl    %edx, %edx              /* the first module's start and end */
        xorl    %ebp, %ebp
        cmpl    $0, 20(%ebx)
        je      1f
        movl    24(%ebx), %eax
        movl    (%eax), %edx
        movl    4(%eax), %ebp
1:      movl    $HIGH(boot_start), %esi
        movl    $boot_start, %edi
        movl    $image_end, %ecx
        subl    %edi, %ecx
        cld
        rep movsb
        lgdt    HIGH(gdtr)
        ljmp    $CODE32, $1f
1:      movl    $0x80, %ebx
        jmp     in_protected_mode

from_real_mode:
        xorl    %edx, %edx
        xorl    %ebp, %ebp
in_protected_mode:
        movw    $DATA32, %ax
        movw    %ax, %ds
        movw    %ax, %es
        movw    %ax, %fs
        movw    %ax, %gs
        movw    %ax, %ss
        movl    $stack_top, %esp
        movl    $bss_start, %edi
        movl    $bss_end, %ecx
        subl    %edi, %ecx
        xorl    %eax, %eax
        cld
        rep stosb
        pushl   %ebp
        pushl   %edx
        pushl   %ebx
        call    boot_main

/* Nothing to boot: back to who called, so that the firmware can try its next device. */
        cmpl    $0, caller_stack
        je      halt                    /* MultiBoot loaders expect nobody back */
        lidt    bios_idt
        ljmp    $CODE16, $NEAR(1f)
        .code16
1:      movw    $DATA16, %ax
        movw    %ax, %ds
        movw    %ax, %es
        movw    %ax, %ss
        movl    %cr0, %eax
        andb    $0xfe, %al
        movl    %eax, %cr0
        ljmp    $SEGMENT, $NEAR(1f)
1:      movw    %cs, %ax
        movw    %ax, %ds
        lssw    NEAR(caller_stack), %sp
        popw    %es
        popw    %ds
        popal
        popfl
        lretw

        .code32
halt:   hlt
        jmp     halt

        .balign 8
gdt:    .quad   0
        .quad   0x00cf9b000000ffff      /* CODE32 */
        .quad   0x00cf93000000ffff      /* DATA32 */
        .quad   0x00009b020000ffff      /* CODE16, from SEGMENT on */
        .quad   0x000093020000ffff      /* DATA16 */
gdt_end:
gdtr:   .word   gdt_end - gdt - 1
        .long   gdt
bios_idt: .word 0x3ff
        .long   0
        .balign 4
caller_stack: .word 0, 0

/* void boot_kernel(uint32_t entry, const void *boot_args): as the kernel expects it. */
        .text
        .globl  boot_kernel
boot_kernel:
        movl    4(%esp), %ebx
        movl    8(%esp), %eax
        jmp     *%ebx

        .bss
        .balign 16
        .space  8192
stack_top:

        .section .note.GNU-stack, "", @progbits
