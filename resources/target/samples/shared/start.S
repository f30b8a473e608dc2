/*
 * The MultiBoot header, and the first instructions after the boot loader.
 * MultiBoot Specification 0.6.96, sections 3.1 (header) and 3.2 (machine state).
 */
#define MAGIC           0x1badb002
#define PAGE_ALIGN      (1 << 0)        /* modules start on page boundaries */
#define MEMORY_INFO     (1 << 1)        /* tell us how much memory there is */
#define FLAGS           (PAGE_ALIGN | MEMORY_INFO)

        .section .multiboot, "a"
        .balign 4
        .long   MAGIC, FLAGS, -(MAGIC + FLAGS)

        .text
        .globl  _start
_start: movl    $stack_top, %esp
        pushl   $0                      /* the loader leaves EFLAGS undefined */
        popfl
        pushl   %ebx                    /* the MultiBoot information */
        pushl   %eax                    /* the magic number */
        call    kernel_main

halt:   cli
        hlt
        jmp     halt                    /* an NMI ends hlt */

        .bss
        .balign 16
        .space  16384
stack_top:

        .section .note.GNU-stack, "", @progbits
