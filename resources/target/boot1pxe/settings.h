/*
 * boot1pxe.cfg, an optional text file beside this program; each line is a name and a value, `#` starts a comment:
 *
 *     way auto | ramdisk | demand | network
 *     memory MB                                what `boot` uses for itself, from the bottom up
 *     disk nfs:ADDRESS:/folder/boot.img        the image for reading on demand
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

enum way { AUTO, RAMDISK, DEMAND, NETWORK };

struct settings {
        enum way way;
        uint32_t memory;
        uint32_t disk_server; /* network order; zero when there is no disk */
        char disk_folder[200], disk_file[56];
};
extern struct settings settings;

/* Fetches and reads the file. False, and said, when it is there and cannot be read. */
bool settings_read(void);
