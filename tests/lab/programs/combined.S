/* The beginning of a combined image: as a MultiBoot loader starts it, at 1 MB. */
        .section .text
        .globl  _start
        .long   0x1badb002, 3, -(0x1badb002 + 3)
_start: movl    $0x3000000, %esp        /* out of the way of everything */
        pushl   %ebx
        call    adapt

/* What is copied away from here, and run there: moves ECX bytes from ESI to EDI, and goes to EDX. */
        .globl  mover, mover_end
mover:  rep movsb
        movl    $0x2badb002, %eax
        jmp     *%edx
mover_end:

        .section .note.GNU-stack, "", @progbits
