/*
 * A network boot program in front of another: leaves of the firmware's API what there was before PXE 2.1, and goes
 * on with the other, which is behind the first 512 bytes. Gone are the pointer to !PXE on the stack, its signature,
 * and the version in PXENV+ that says that there is one.
 */
        .code16
        .globl  _start
_start: cld
        pushal
        pushw   %ds
        pushw   %es
        movw    %sp, %bp
        lesw    40(%bp), %di            /* past what was pushed, and the return address */
        movb    $0, %es:(%di)
        movl    $0, 40(%bp)
        movw    (%bp), %es
        decb    %es:6(%bx)              /* 2.1 becomes 2.0, */
        incb    %es:9(%bx)              /* and the checksum is right again */
        xorw    %ax, %ax
        movw    %ax, %ds
        movw    %ax, %es
        movw    $mover, %si
        movw    $0x600, %di
        movw    $mover_end - mover, %cx
        rep movsb
        ljmp    $0, $0x600

mover:  movw    $_start + 512, %si
        movw    $_start, %di
        movw    $0x8000, %cx
        rep movsb
        popw    %es
        popw    %ds
        popal
        ljmp    $0, $0x7c00
mover_end:
        .org    512

        .section .note.GNU-stack, "", @progbits
