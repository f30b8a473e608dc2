/* Addresses of hosts by name. RFC 1035. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

/* Reads an address, or asks the name server for the name, in our domain if it has no dot. */
bool resolve_host(const char *host, uint32_t *address);
