/* What the PXE ROM was told, and its UDP. Addresses and ports are in network order. */
#pragma once
#include "../pxe/pxe.h"

struct network {
        uint32_t own_address, netmask, router, server;
        char file[129]; /* this program's own name on the server */
};
extern struct network network;

/* Finds the ROM and reads its cached replies; what is wrong is in `failure`. */
bool network_find(const struct nbp_entry *entry);

/* Opens the ROM's UDP. */
bool udp_open(void);
/* Shuts the card down; nothing of the ROM can be called afterwards. */
void network_unload(void);

/* A port that was not used yet. */
uint16_t udp_new_port(void);
bool udp_send(uint32_t to, uint16_t to_port, uint16_t from_port, const void *data, uint32_t size);

struct datagram {
        uint32_t from;
        uint16_t from_port;
        uint32_t size;
        const uint8_t *data; /* in the low area, until the next call */
};
/* Waits so many milliseconds for a datagram to `port`. */
bool udp_receive(uint16_t port, struct datagram *datagram, uint32_t wait);
