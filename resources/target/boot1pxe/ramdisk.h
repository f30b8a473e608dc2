/* A disk that is in memory as a whole. */
#pragma once
#include "disk.h"
#include "tftp.h"

/* Whether an image of so many bytes leaves `boot` the memory that it needs; else why not. */
bool ramdisk_fits(uint32_t size);
/* Loads the image, which is open; a gzip file is unpacked. What goes wrong is said. */
bool ramdisk_load(struct tftp *file, struct disk *disk);
