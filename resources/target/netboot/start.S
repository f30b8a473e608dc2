/*
 * The MultiBoot header, and the first instructions, whoever has loaded us. Then the way into a kernel and back.
 * MultiBoot Specification 0.6.96, sections 3.1 and 3.2.
 */
#define MAGIC           0x1badb002
#define PAGE_ALIGN      (1 << 0)
#define MEMORY_INFO     (1 << 1)
#define FLAGS           (PAGE_ALIGN | MEMORY_INFO)

#define CODE32          0x08
#define DATA32          0x10

        .section .multiboot, "a"
        .balign 4
        .long   MAGIC, FLAGS, -(MAGIC + FLAGS)
        .long   _start                  /* where netboot.0's stub jumps to: behind a header without an address */

        .text
        .globl  _start
_start: movl    $stack_top, %esp
        pushl   $0                      /* the loader leaves EFLAGS undefined */
        popfl
        movl    %eax, %edx
        movl    $bss_start, %edi
        movl    $bss_end, %ecx
        subl    %edi, %ecx
        xorl    %eax, %eax
        rep stosb
        pushl   %ebx
        pushl   %edx
        call    settle
1:      hlt
        jmp     1b

/* void run_resident(void (*main)(void)): on the resident copy's stack, with its descriptors. */
        .globl  run_resident
run_resident:
        movl    4(%esp), %eax
        movl    $stack_top, %esp
        call    load_descriptors
        call    *%eax
1:      hlt
        jmp     1b

/* Our own descriptors, which nobody overwrites: those of the low area may be gone. Keeps EAX. */
load_descriptors:
        lgdt    gdtr
        ljmp    $CODE32, $1f
1:      movw    $DATA32, %dx
        movw    %dx, %ds
        movw    %dx, %es
        movw    %dx, %fs
        movw    %dx, %gs
        movw    %dx, %ss
        ret

/*
 * void run_kernel(uint32_t entry, uint32_t magic, const void *information): comes back when the kernel calls
 * return_address.
 */
        .globl  run_kernel, return_address
run_kernel:
        pushal
        movl    %esp, kernel_frame
        call    load_descriptors
        movl    36(%esp), %edx
        movl    40(%esp), %eax
        movl    44(%esp), %ebx
        movl    $kernel_stack_top, %esp
        pushl   $0
        popfl
        cld
        jmp     *%edx

/* What -retaddr names. Flat segments, paging and interrupts off: the caller sees to no more than that. */
return_address:
        cli
        cld
        lgdt    %cs:gdtr
        movw    $DATA32, %ax
        movw    %ax, %ds
        movw    %ax, %ss
        movl    kernel_frame, %esp
        call    load_descriptors
        /* As firmware left them: protection, and no paging, task switch or extension of any kind. */
        movl    $0x00000011, %eax
        movl    %eax, %cr0
        xorl    %eax, %eax
        movl    %eax, %cr4
        lldt    %ax
        popal
        ret

/* Where every interrupt goes that is left over from a kernel. */
        .globl  ignore_interrupt
ignore_interrupt:
        iretl

        .data
        .balign 8
gdt:    .quad   0
        .quad   0x00cf9b000000ffff      /* CODE32 */
        .quad   0x00cf93000000ffff      /* DATA32 */
gdt_end:
gdtr:   .word   gdt_end - gdt - 1
        .long   gdt

        .bss
        .balign 16
kernel_frame: .space 4
        .balign 16
        .space  1024                    /* for a kernel that pushes before it has a stack */
kernel_stack_top:
        .space  16384
stack_top:

        .section .note.GNU-stack, "", @progbits
