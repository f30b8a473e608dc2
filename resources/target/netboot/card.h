/* Which network card is used, by whichever driver there is for it. */
#pragma once
#include "../net/nic.h"

/* The first that opens: by the PXE stack, or by a driver of our own. A null pointer when there is none. */
const struct nic *find_card(void);
