/* BIOS disk 80h (INT 13h): Enhanced Disk Drive Services, T13 1572D (EDD-3). */
#pragma once
#include "gates.h"
#include <stdbool.h>

enum { SECTOR = 512 };

struct disk {
        uint32_t sectors;
        /* Sectors that are there, to anywhere in memory. False when they cannot be had. */
        bool (*read)(uint32_t first, uint32_t count, uint8_t *to);
};

/* Answers INT 13h for `disk` from now on. */
void disk_use(const struct disk *disk);
void disk_call(struct frame *frame);
