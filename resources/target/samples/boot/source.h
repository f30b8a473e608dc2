/* Where the files are. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

/* Reads bytes of the disk or the module, with one HFS+ volume on it. */
typedef bool read_bytes(uint64_t offset, uint32_t length, void *to);

/* The BIOS disk of that number: by function 42h, or by function 2 where there is none. */
bool disk_open(uint8_t drive);
bool disk_read(uint64_t offset, uint32_t length, void *to);

/* Finds the volume: the first HFS+ partition of an MBR, or a bare volume. */
bool volume_open(read_bytes *source);
/* A file by its path, into memory; gives its length. The path has a slash between names, ASCII only. */
bool volume_load(const char *path, void *to, uint32_t room, uint32_t *length);

/* A file by INT 2Bh, as boot-132 asks for it (nbp.c, asm.s). Gives the call's status: zero when it worked. */
uint32_t network_load(const char *name, void *to, uint32_t room, uint32_t *length);
uint32_t network_size(const char *name, uint32_t *length);
void network_unload(void);
