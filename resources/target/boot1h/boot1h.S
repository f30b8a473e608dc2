/*
 * boot1h: the two sectors before the header of an HFS+ volume (Technical Note TN1150). Loads the file `boot` in the
 * volume's root to 2000:0200 and goes there with the drive in DL. Expects of the master boot record what every boot
 * sector does: that its first sector is at 0:7c00, the drive in DL, and the partition's entry at DS:SI.
 *
 * It reads the catalog from its first leaf on, in which the root's own entries come early, and follows the extents
 * that the catalog itself tells: eight, which is more than a boot loader in a new image has.
 */
#define LOADED          0x7c00
#define SECTOR          0x8000          /* the volume header, then the catalog's */
#define NODE_SEGMENT    0x1000          /* a node of the catalog, 32 KB at most */
#define BOOT_SEGMENT    0x2000
#define BOOT_OFFSET     0x0200
#define BOOT_SEGMENTS_END 0x9000        /* the end of free base memory, in paragraphs */
#define MOST_SECTORS    32              /* in one read: 16 KB, on a paragraph */

#define PARTITION_START 8
#define ROOT_FOLDER     2
#define FILE_RECORD     2

/* Offsets, all numbers big-endian: volume header, B-tree header node, node, catalog record of a file, fork. */
#define BLOCK_SIZE      40
#define CATALOG_FORK    272
#define FIRST_LEAF      24
#define NODE_SIZE       32
#define RECORDS         10
#define DATA_FORK       88
#define FORK_SIZE       4
#define FORK_EXTENTS    16

        .section .start, "ax"
        .code16
        .globl  boot1h_start
boot1h_start:
        cli
        movl    PARTITION_START(%si), %ebx
        xorw    %ax, %ax
        movw    %ax, %ds
        movw    %ax, %es
        movw    %ax, %ss
        movw    $LOADED, %sp
        sti
        cld
        movb    %dl, drive
        movl    %ebx, partition
        leal    1(%ebx), %eax           /* our second sector */
        movw    $1, %cx
        movw    $(LOADED + 512) >> 4, %di
        call    read
        jmp     second

/* Reads %cx sectors, from number %eax of the disk on, to segment %di. Changes nothing but the flags. */
read:   pushal
        movw    %cx, packet_count
        movw    %di, packet_segment
        movl    %eax, packet_sector
        movw    $packet, %si
        movb    drive, %dl
        movb    $0x42, %ah
        int     $0x13
        popal
        jc      unreadable
        ret

unreadable:
        movw    $cannot_read, %si
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

name:   .asciz  "\r\nboot1h: "
cannot_read: .asciz "disk error"
no_volume: .asciz "no HFS+ volume"
no_file: .asciz "no file boot in the root"
too_large: .asciz "the file boot is too large"

        .balign 4
packet: .byte   16, 0
packet_count: .word 0
        .word   0
packet_segment: .word 0
packet_sector: .quad 0
partition: .long 0
block_sectors: .long 0
catalog: .long  0                       /* its first sector */
node_sectors: .word 0
drive:  .byte   0

        .org    510
        .word   0xaa55

second: movl    partition, %eax
        addl    $2, %eax
        movw    $1, %cx
        movw    $SECTOR >> 4, %di
        call    read
        movw    SECTOR, %ax
        cmpw    $0x2b48, %ax            /* H+ */
        je      1f
        cmpw    $0x5848, %ax            /* HX */
        je      1f
        movw    $no_volume, %si
        jmp     fail
1:      movl    SECTOR + BLOCK_SIZE, %eax
        bswapl  %eax
        shrl    $9, %eax
        movl    %eax, block_sectors
        movl    SECTOR + CATALOG_FORK + FORK_EXTENTS, %eax
        call    sector_of_block
        movl    %eax, catalog
        movw    $1, %cx
        movw    $SECTOR >> 4, %di
        call    read
        movw    SECTOR + NODE_SIZE, %ax
        xchgb   %al, %ah
        shrw    $9, %ax
        movw    %ax, node_sectors
        movl    SECTOR + FIRST_LEAF, %eax

/* %eax: the number of a leaf, big-endian; zero behind the last one. */
next_leaf:
        bswapl  %eax
        testl   %eax, %eax
        jz      not_found
        movzwl  node_sectors, %ecx
        mull    %ecx
        addl    catalog, %eax
        movw    $NODE_SEGMENT, %di
        call    read
        movw    $NODE_SEGMENT, %ax
        movw    %ax, %es
        movw    %es:RECORDS, %cx
        xchgb   %cl, %ch
        movw    node_sectors, %bx
        shlw    $9, %bx                 /* the records' places stand at the end, the first one last */
next_record:
        jcxz    1f
        decw    %cx
        subw    $2, %bx
        movw    %es:(%bx), %si
        xchgw   %ax, %si
        xchgb   %al, %ah
        xchgw   %ax, %si
        call    is_boot
        jne     next_record
        jmp     load
1:      movl    %es:0, %eax
        jmp     next_leaf
not_found:
        movw    $no_file, %si
        jmp     fail

/* Whether the record at %es:%si is the file that we want, as the zero flag. Leaves %di behind its key. */
is_boot:
        movw    %es:(%si), %di
        xchgw   %ax, %di
        xchgb   %al, %ah
        xchgw   %ax, %di
        addw    %si, %di
        addw    $2, %di
        cmpl    $ROOT_FOLDER << 24, %es:2(%si)
        jne     1f
        cmpw    $4 << 8, %es:6(%si)
        jne     1f
        cmpl    $0x6f006200, %es:8(%si) /* b o */
        jne     1f
        cmpl    $0x74006f00, %es:12(%si) /* o t */
        jne     1f
        cmpw    $FILE_RECORD << 8, %es:(%di)
1:      ret

/* The sector of the disk where block %eax, big-endian, starts. */
sector_of_block:
        bswapl  %eax
        mull    block_sectors
        addl    partition, %eax
        ret

/* %es:%di: the catalog's record of the file. */
load:   leaw    DATA_FORK(%di), %si
        movl    %es:FORK_SIZE(%si), %ebp
        bswapl  %ebp
        addl    $511, %ebp
        shrl    $9, %ebp                /* sectors yet to read */
        addw    $FORK_EXTENTS, %si
        movw    $BOOT_SEGMENT + BOOT_OFFSET / 16, %di
next_extent:
        movl    %es:4(%si), %eax
        bswapl  %eax
        mull    block_sectors
        movl    %eax, %ebx              /* sectors of this extent */
        movl    %es:(%si), %eax
        call    sector_of_block
        addw    $8, %si
next_part:
        testl   %ebp, %ebp
        jz      start
        testl   %ebx, %ebx
        jz      next_extent
        cmpw    $BOOT_SEGMENTS_END - MOST_SECTORS * 32, %di
        ja      overflow
        movl    $MOST_SECTORS, %ecx
        cmpl    %ebx, %ecx
        jb      1f
        movl    %ebx, %ecx
1:      cmpl    %ebp, %ecx
        jb      1f
        movl    %ebp, %ecx
1:      call    read
        addl    %ecx, %eax
        subl    %ecx, %ebx
        subl    %ecx, %ebp
        shlw    $5, %cx
        addw    %cx, %di
        jmp     next_part
overflow:
        movw    $too_large, %si
        jmp     fail

start:  movb    drive, %dl
        xorb    %dh, %dh
        ljmp    $BOOT_SEGMENT, $BOOT_OFFSET

        .org    1022
        .word   0xaa55

        .section .note.GNU-stack, "", @progbits
