/* Our address and all that belongs to it, from a BOOTP or DHCP server. RFC 951, RFC 1533, RFC 2131. */
#pragma once
#include "network.h"

/* Asks for some seconds, and fills in `network`. False when nobody answers. */
bool network_configure(void);
