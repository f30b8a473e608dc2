/* Frames of the one card. */
#pragma once
#include "network.h"

enum { ETHERTYPE_IPV4 = 0x0800, ETHERTYPE_ARP = 0x0806, ETHERNET_HEADER = 14 };

extern const uint8_t ethernet_broadcast[6];

/* Sends a frame of a card-sized buffer whose body begins at ETHERNET_HEADER. */
bool ethernet_send(uint8_t *frame, const uint8_t to[6], uint16_t type, size_t body_length);

/* Takes in one frame if there is one. A UDP datagram for `port` is given out, all else is dealt with here. */
bool ethernet_poll(uint16_t port, struct datagram *datagram);
