/*
 * IPv4 and UDP on one card. Nothing happens behind the program's back: frames are taken in while it waits in
 * udp_receive(), which also answers ARP requests and pings. Addresses are numbers: 10.0.0.1 is 0x0a000001.
 */
#pragma once
#include "nic.h"

enum { BROADCAST = 0xffffffff, UDP_MOST = 1472 };

struct network {
        const struct nic *nic;
        uint8_t hardware_address[6];
        /* What the server said; zero and empty for what it left out. */
        uint32_t address, mask, gateway, name_server, server;
        char host_name[64], domain[64], boot_file[128], configuration_file[256];
};

extern struct network network;

struct datagram {
        uint32_t source;
        uint16_t source_port;
        const uint8_t *data; /* until the next call of this header */
        size_t length;
};

/* Opens the card, also once more after something else has used it. False when it cannot be. */
bool network_open(const struct nic *nic);
void network_close(void);

/* Sends; finds out the hardware address first. False when nobody answers for that address. */
bool udp_send(uint32_t to, uint16_t from_port, uint16_t to_port, const void *data, size_t length);

/* The next datagram for `port`, waited for until milliseconds() - start >= duration. */
bool udp_receive(uint16_t port, struct datagram *datagram, uint32_t start, uint32_t duration);

/* One that is there already; returns at once. */
bool udp_poll(uint16_t port, struct datagram *datagram);

/* A port that was not used lately, so that late answers to an earlier question are not taken for one to this. */
uint16_t udp_fresh_port(void);

/* `10.0.0.1` as text, in one of a few buffers that are used in turn. */
const char *address_text(uint32_t address);
/* Reads it; false when `text` is something else. */
bool parse_address(const char *text, uint32_t *address);
