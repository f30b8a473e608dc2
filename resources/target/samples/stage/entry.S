/*
 * The two ways into a boot loader of the boot-132 family: a far call of 2000:0200 with the boot device in DX, which
 * may come back (Apple's boot-132, i386/boot2/boot2.s), and MultiBoot, which loads it 1 MB higher (Chameleon's
 * i386/boot2/boot2.s). The first instructions are those by which every build of the family can be told.
 */
#define CODE32          0x08
#define DATA32          0x10
#define CODE16          0x18
#define DATA16          0x20
#define SEGMENT         0x2000
#define MAGIC           0x1badb002
#define FLAGS           0x10003         /* modules on page boundaries, memory, addresses below */
#define HIGHER          0x100000

/* Offsets within SEGMENT. */
#define AT(label)       (label - boot_start + 0x200)

        .section .boot_entry, "ax"
        .code16
        .globl  boot_start, entry_device, entry_multiboot, entry_information
boot_start:
        pushw   %cx
        pushw   %bx
        pushw   %bp
        pushw   %si
        pushw   %di
        pushw   %ds
        pushw   %es
        movl    %cs, %eax
        movw    %ax, %ds
        movw    %dx, AT(entry_device)
        movw    %sp, AT(caller_stack)
        movw    %ss, AT(caller_stack) + 2
        cli
        lgdtl   AT(gdtr)
        movl    %cr0, %eax
        orb     $1, %al
        movl    %eax, %cr0
        ljmpl   $CODE32, $from_real_mode

        .balign 4
multiboot_header:
        .long   MAGIC, FLAGS, -(MAGIC + FLAGS)
        .long   multiboot_header + HIGHER
        .long   boot_start + HIGHER
        .long   0, 0                    /* all of the file, and no zeros: they are cleared below */
        .long   from_multiboot + HIGHER

        .code32
from_multiboot:
        cld
        movl    %eax, %edx
        movl    $boot_start + HIGHER, %esi
        movl    $boot_start, %edi
        movl    $bss_start, %ecx
        subl    %edi, %ecx
        rep movsb
        movl    %edx, entry_multiboot
        movl    %ebx, entry_information
        lgdt    gdtr
        ljmp    $CODE32, $1f
1:
from_real_mode:
        movl    $DATA32, %eax
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
        call    boot_main
        ljmp    $CODE16, $AT(to_real_mode)

        .code16
to_real_mode:
        movw    $DATA16, %ax
        movw    %ax, %ds
        movw    %ax, %es
        movw    %ax, %fs
        movw    %ax, %gs
        movw    %ax, %ss
        movl    %cr0, %eax
        andb    $0xfe, %al
        movl    %eax, %cr0
        ljmp    $SEGMENT, $AT(2f)
2:      movw    %cs, %ax
        movw    %ax, %ds
        lssw    AT(caller_stack), %sp
        popw    %es
        popw    %ds
        popw    %di
        popw    %si
        popw    %bp
        popw    %bx
        popw    %cx
        lretw

        .balign 8
gdt:    .quad   0
        .quad   0x00cf9b000000ffff      /* CODE32 */
        .quad   0x00cf93000000ffff      /* DATA32 */
        .quad   0x00009b020000ffff      /* CODE16: from SEGMENT on */
        .quad   0x000093020000ffff      /* DATA16 */
gdt_end:
gdtr:   .word   gdt_end - gdt - 1
        .long   gdt
caller_stack: .word 0, 0
        .balign 4
entry_device: .long 0
entry_multiboot: .long 0
entry_information: .long 0

        .bss
        .balign 16
        .space  8192
stack_top:

        .section .note.GNU-stack, "", @progbits
