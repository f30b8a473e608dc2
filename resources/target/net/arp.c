#include "arp.h"
#include "../pxe/clock.h"
#include "../pxe/string.h"
#include "ethernet.h"
#include "wire.h"

/* The packet for IPv4 on Ethernet. */
enum { OPERATION = 6, SENDER_MAC = 8, SENDER_IP = 14, TARGET_MAC = 18, TARGET_IP = 24, PACKET = 28 };
enum { REQUEST = 1, REPLY = 2 };
enum { TRIES = 6, WAIT_MS = 40, NEIGHBOURS = 8 };

static struct neighbour {
        uint32_t address;
        uint8_t hardware_address[6];
} neighbours[NEIGHBOURS];
static unsigned next;

void arp_forget(void)
{
        memset(neighbours, 0, sizeof neighbours);
}

static struct neighbour *find(uint32_t address)
{
        for (unsigned i = 0; i < NEIGHBOURS; i++)
                if (neighbours[i].address == address)
                        return &neighbours[i];
        return NULL;
}

void arp_learn(uint32_t address, const uint8_t hardware_address[6])
{
        if (!address || address == BROADCAST)
                return;
        struct neighbour *neighbour = find(address);
        if (!neighbour)
                neighbour = &neighbours[next++ % NEIGHBOURS];
        neighbour->address = address;
        memcpy(neighbour->hardware_address, hardware_address, 6);
}

static void send(uint16_t operation, uint32_t to, const uint8_t to_mac[6])
{
        static const uint8_t ipv4_on_ethernet[6] = { 0, 1, 8, 0, 6, 4 };
        uint8_t frame[ETHERNET_HEADER + PACKET] = { 0 };
        uint8_t *body = frame + ETHERNET_HEADER;
        memcpy(body, ipv4_on_ethernet, 6);
        put16(body + OPERATION, operation);
        memcpy(body + SENDER_MAC, network.hardware_address, 6);
        put32(body + SENDER_IP, network.address);
        if (operation == REPLY)
                memcpy(body + TARGET_MAC, to_mac, 6);
        put32(body + TARGET_IP, to);
        ethernet_send(frame, to_mac, ETHERTYPE_ARP, PACKET);
}

void arp_receive(const uint8_t *body, size_t length)
{
        if (length < PACKET || get16(body + 2) != ETHERTYPE_IPV4 || !network.address)
                return;
        bool for_us = get32(body + TARGET_IP) == network.address;
        /* Some answer with a request of their own, so that the operation does not matter. */
        if (for_us || find(get32(body + SENDER_IP)))
                arp_learn(get32(body + SENDER_IP), body + SENDER_MAC);
        if (for_us && get16(body + OPERATION) == REQUEST)
                send(REPLY, get32(body + SENDER_IP), body + SENDER_MAC);
}

bool arp_resolve(uint32_t address, uint8_t hardware_address[6])
{
        for (unsigned tries = 0;; tries++) {
                const struct neighbour *neighbour = find(address);
                if (neighbour) {
                        memcpy(hardware_address, neighbour->hardware_address, 6);
                        return true;
                }
                if (tries == TRIES)
                        return false;
                send(REQUEST, address, ethernet_broadcast);
                uint32_t start = milliseconds();
                struct datagram ignored;
                while (!find(address) && milliseconds() - start < (uint32_t)WAIT_MS << tries)
                        ethernet_poll(0, &ignored);
        }
}
