/* void continue_at(uint32_t stack, void (*there)(void)) */
        .text
        .code32
        .globl  continue_at, upper_stack_top
continue_at:
        movl    8(%esp), %eax
        movl    4(%esp), %esp
        call    *%eax
1:      hlt
        jmp     1b

        .bss
        .balign 16
        .space  12288
upper_stack_top:

        .section .note.GNU-stack, "", @progbits
