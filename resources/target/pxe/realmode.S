/*
 * From 32-bit protected mode to real mode and back, for BIOS interrupts and the PXE API.
 *
 * What runs in real mode is position independent: realmode_install() copies it to a paragraph of base memory, and
 * every address in it is an offset from its own start. So the program itself may live anywhere, above 1 MB too.
 */
#define CODE32  0x08
#define DATA32  0x10
#define CODE16  0x18
#define DATA16  0x20

#define AT(label)       (label - realmode_start)
#define STACK_TOP       0x1800          /* as in realmode.h */

        .section .rodata.realmode, "a"
        .balign 16
        .globl  realmode_start, realmode_end, realmode_frame, realmode_gdt, realmode_patches
realmode_start:

/* struct realmode_frame */
realmode_frame:
r_eax:  .long   0
r_ebx:  .long   0
r_ecx:  .long   0
r_edx:  .long   0
r_esi:  .long   0
r_edi:  .long   0
r_ebp:  .long   0
r_ds:   .word   0
r_es:   .word   0
r_flags: .long  0
r_target: .long 0                       /* far pointer */
r_words: .word  0, 0, 0
r_interrupt: .word 0

        .balign 8
realmode_gdt:
        .quad   0
        .quad   0x00cf9b000000ffff      /* CODE32: base 0, 4 GB */
        .quad   0x00cf93000000ffff      /* DATA32 */
        .quad   0x00009b000000ffff      /* CODE16: realmode_install() puts our base in */
        .quad   0x000093000000ffff      /* DATA16 */
gdt_end:

/* struct realmode_patches: what realmode_install() fills in. */
        .balign 4
realmode_patches:
gdtr:   .word   gdt_end - realmode_gdt - 1
        .long   0                       /* linear address of the GDT */
to_real: .word  AT(in_real_mode), 0     /* and our segment */
to_protected: .long 0                   /* linear address of realmode_return */
        .word   CODE32

bios_idt: .word 0x3ff
        .long   0

        .code16
leave_protected_mode:
        movw    $DATA16, %ax
        movw    %ax, %ds
        movw    %ax, %es
        movw    %ax, %fs
        movw    %ax, %gs
        movw    %ax, %ss
        lidtl   AT(bios_idt)
        movl    %cr0, %eax
        andb    $0xfe, %al
        movl    %eax, %cr0
        ljmp    *AT(to_real)
in_real_mode:
        movw    %cs, %ax
        movw    %ax, %ds
        movw    %ax, %ss
        movl    $STACK_TOP, %esp
        xorw    %ax, %ax
        movw    %ax, %fs
        movw    %ax, %gs
        pushw   AT(r_words)
        pushw   AT(r_words) + 2
        pushw   AT(r_words) + 4
        sti
        cmpw    $0, AT(r_interrupt)
        je      1f
        pushfw                          /* an interrupt handler returns with iret */
        cli
1:      movl    AT(r_eax), %eax
        movl    AT(r_ebx), %ebx
        movl    AT(r_ecx), %ecx
        movl    AT(r_edx), %edx
        movl    AT(r_esi), %esi
        movl    AT(r_edi), %edi
        movl    AT(r_ebp), %ebp
        movw    AT(r_es), %es
        movw    AT(r_ds), %ds
        cld
        lcall   *%cs:AT(r_target)

        movl    %eax, %cs:AT(r_eax)
        pushfl
        popl    %cs:AT(r_flags)
        cli
        movw    %ds, %cs:AT(r_ds)
        movw    %cs, %ax
        movw    %ax, %ds
        movw    %es, AT(r_es)
        movl    %ebx, AT(r_ebx)
        movl    %ecx, AT(r_ecx)
        movl    %edx, AT(r_edx)
        movl    %esi, AT(r_esi)
        movl    %edi, AT(r_edi)
        movl    %ebp, AT(r_ebp)
        lgdtl   AT(gdtr)
        movl    %cr0, %eax
        orb     $1, %al
        movl    %eax, %cr0
        ljmpl   *AT(to_protected)
realmode_end:

/* void realmode_run(void): carries out what realmode_frame says. realmode_base is where the copy is. */
        .text
        .code32
        .globl  realmode_run, realmode_return
realmode_run:
        pushal
        pushfl
        cli
        sidt    saved_idt
        sgdt    saved_gdt
        movl    %esp, saved_esp
        movl    realmode_base, %eax
        lgdt    AT(gdtr)(%eax)
        ljmp    $CODE16, $AT(leave_protected_mode)
realmode_return:
        movw    $DATA32, %ax
        movw    %ax, %ds
        movw    %ax, %es
        movw    %ax, %fs
        movw    %ax, %gs
        movw    %ax, %ss
        movl    saved_esp, %esp
        lgdt    saved_gdt
        lidt    saved_idt
        popfl
        popal
        ret

        .bss
        .balign 4
saved_esp: .space 4
saved_gdt: .space 6
        .balign 4
saved_idt: .space 6

        .section .note.GNU-stack, "", @progbits
