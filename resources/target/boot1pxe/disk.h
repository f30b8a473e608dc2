/* BIOS disk 80h (INT 13h): Enhanced Disk Drive Services, T13 1572D (EDD-3). */
#pragma once
#include "gates.h"
#include <stdbool.h>

enum { SECTOR = 512 };
/*
 * Sectors of zeros behind an image. Chameleon reads 64 sectors whatever it wants, and gives up on a file when the
 * disk ends before the last of them.
 */
enum { PADDING = 64 };

struct disk {
        uint32_t sectors;
        /* Sectors that are there, to anywhere in memory. False when they cannot be had. */
        bool (*read)(uint32_t first, uint32_t count, uint8_t *to);
};

/* Answers INT 13h for `disk` from now on. */
void disk_use(const struct disk *disk);
void disk_call(struct frame *frame);
