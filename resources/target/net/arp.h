/* Hardware addresses of neighbours. RFC 826. */
#pragma once
#include "network.h"

/* Takes in the body of an ARP frame: learns from it, and answers a question for us. */
void arp_receive(const uint8_t *body, size_t length);

/* Remembers who sent a packet, so that an answer needs no question. */
void arp_learn(uint32_t address, const uint8_t hardware_address[6]);

/* Asks if need be, for a second at most. False when nobody answers. */
bool arp_resolve(uint32_t address, uint8_t hardware_address[6]);

void arp_forget(void);
