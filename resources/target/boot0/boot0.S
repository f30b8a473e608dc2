/*
 * boot0: a master boot record of 440 bytes, behind which the partition table is. The BIOS loads it to 0:7c00 with
 * the drive in DL. It loads the first sector of the active partition to the same place and goes there, with the
 * drive in DL and the partition's entry at DS:SI, as every boot sector expects.
 */
#define RELOCATED       0x0600
#define LOADED          0x7c00
#define TABLE           (RELOCATED + 446)
#define ENTRY           16
#define ENTRY_START     8               /* of the partition's first sector, in its entry */
#define ACTIVE          0x80

        .section .start, "ax"
        .code16
        .globl  boot0_start
boot0_start:
        cli
        xorw    %ax, %ax
        movw    %ax, %ss
        movw    $LOADED, %sp
        movw    %ax, %ds
        movw    %ax, %es
        sti
        cld
        movw    $LOADED, %si            /* out of the way of what is to be loaded there */
        movw    $RELOCATED, %di
        movw    $256, %cx
        rep movsw
        ljmp    $0, $relocated
relocated:
        movw    $TABLE, %si
        movw    $4, %cx
1:      cmpb    $ACTIVE, (%si)
        je      found
        addw    $ENTRY, %si
        loop    1b
        movw    $no_partition, %si
        jmp     fail

found:  movl    ENTRY_START(%si), %eax
        movl    %eax, packet_sector
        pushw   %si
        movw    $packet, %si
        movb    $0x42, %ah              /* extended read */
        int     $0x13
        popw    %si
        jc      unreadable
        cmpw    $0xaa55, LOADED + 510
        jne     not_bootable
        ljmp    $0, $LOADED

unreadable:
        movw    $cannot_read, %si
        jmp     fail
not_bootable:
        movw    $no_boot_sector, %si
fail:   pushw   %si
        movw    $name, %si
        call    put
        popw    %si
        call    put
1:      hlt
        jmp     1b

put:    lodsb
        testb   %al, %al
        jz      1f
        movw    $7, %bx
        movb    $0x0e, %ah
        int     $0x10
        jmp     put
1:      ret

name:   .asciz  "\r\nboot0: "
no_partition: .asciz "no active partition"
cannot_read: .asciz "disk error"
no_boot_sector: .asciz "the partition is not bootable"

        .balign 4
packet: .byte   16, 0
        .word   1                       /* sectors */
        .word   LOADED, 0
packet_sector: .quad 0
        .org    440
        .fill   70, 1, 0
        .word   0xaa55

        .section .note.GNU-stack, "", @progbits
