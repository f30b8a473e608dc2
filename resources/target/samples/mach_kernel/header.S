/*
 * A Mach-O file written out by hand, because no linker of binutils makes one: header, load commands, then code and
 * data as one segment (mach-o/loader.h). Boot loaders of the boot-132 family take no kernel without __DATA,
 * __LINKEDIT and a symbol table, so that these are there and empty.
 */
#define MH_MAGIC        0xfeedface
#define CPU_TYPE_I386   7
#define CPU_SUBTYPE_ALL 3
#define MH_EXECUTE      2
#define MH_NOUNDEFS     1
#define LC_SEGMENT      1
#define LC_SYMTAB       2
#define LC_UNIXTHREAD   5
#define I386_THREAD_STATE 1
#define I386_THREAD_WORDS 16
#define PROTECTION_ALL  7

        .macro  segment name, address, memory, offset, size
        .long   LC_SEGMENT, 56
1:      .ascii  "\name"
        .org    1b + 16
        .long   \address, \memory, \offset, \size, PROTECTION_ALL, PROTECTION_ALL, 0, 0
        .endm

        .section .start, "ax"
        .globl  header_start
header_start:
        .long   MH_MAGIC, CPU_TYPE_I386, CPU_SUBTYPE_ALL, MH_EXECUTE, 5, commands_end - commands, MH_NOUNDEFS
commands:
        segment "__TEXT", header_start, text_size, 0, text_size
        segment "__DATA", data_start, data_size, text_size, data_size
        segment "__LINKEDIT", link_start, 4096, link_offset, 16
        .long   LC_SYMTAB, 24, link_offset, 0, link_offset, 16
        .long   LC_UNIXTHREAD, 16 + I386_THREAD_WORDS * 4, I386_THREAD_STATE, I386_THREAD_WORDS
        .fill   10, 4, 0
        .long   kernel_start            /* eip */
        .fill   5, 4, 0
commands_end:

/* Boot loaders come here in protected mode, with the address of the boot arguments in EAX. */
        .balign 16
kernel_start:
        cli
        movl    $stack_top, %esp
        pushl   %eax
        call    darwin_main
1:      hlt
        jmp     1b

        .bss
        .balign 16
        .space  4096
stack_top:

        .section .note.GNU-stack, "", @progbits
