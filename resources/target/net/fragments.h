/* Datagrams that come in pieces. RFC 791 section 3.2, RFC 1858. */
#pragma once
#include <stddef.h>
#include <stdint.h>

enum { REASSEMBLED_MOST = 9216 };

/*
 * Takes in a fragment: an IPv4 packet of `total` bytes, whose header is checked. Gives what all of its datagram
 * carries, once the last piece is there, until the next call; else a null pointer. Pieces may come in any order and
 * twice. Pieces that overlap in part, and datagrams that are longer or not whole after a second, are dropped.
 */
const uint8_t *reassemble(const uint8_t *packet, size_t header, size_t total, size_t *length);
