/* The PXE stack that firmware left in memory, and what it offers above single frames. */
#pragma once
#include "entry.h"
#include <stddef.h>

/*
 * Finds !PXE and takes it into use. Looks where firmware pointed (`entry`, which may be null), then asks by
 * INT 1Ah AX=5650h. Only what has its signature and checksum counts; PXENV+ alone will do where there is no !PXE.
 */
bool pxe_find(const struct nbp_entry *entry);

/* Searches base memory for a !PXE that nobody admits to any more. */
bool pxe_scan(void);

/* Takes a !PXE into use whose place is known. False when it is none. */
bool pxe_use(const struct bang_pxe *bang_pxe);

/* How the API in use is entered, for code that calls it by itself. */
struct far_pointer pxe_entry(void);

/*
 * One call of the PXE API. `parameters` are copied to the low area and back; pointers within must be below 1 MB.
 * Every parameter block begins with its status, which is only for messages: zero as result means success.
 */
uint16_t pxe_call(enum pxe_call operation, void *parameters, size_t size);

/* Copies a packet that firmware kept (CACHED_*). Its length, 0 when there is none. What is missing is zeroed. */
size_t pxe_cached(uint16_t packet, struct bootp *into);

/*
 * TFTP by the firmware, one file at a time. `server` and `gateway` as on the wire; names of 127 bytes at most.
 * Block sizes of 512 bytes up to LOW_DATA_SIZE; each returns zero, or the PXE status that says what was wrong.
 */
uint16_t pxe_tftp_size(uint32_t server, uint32_t gateway, const char *file, uint32_t *size);
/* `block_size` is what we want, and then what was agreed on. */
uint16_t pxe_tftp_open(uint32_t server, uint32_t gateway, const char *file, uint16_t *block_size);
/* The next block, anywhere in memory; its size less than agreed on means that it was the last. */
uint16_t pxe_tftp_read(void *block, uint16_t *size);
void pxe_tftp_close(void);
