#include "fragments.h"
#include "../pxe/clock.h"
#include "../pxe/string.h"
#include "wire.h"
#include <stdbool.h>

/* Where a fragment belongs is counted in units of 8 bytes. */
enum { UNIT = 8, UNITS = REASSEMBLED_MOST / UNIT, MORE_FRAGMENTS = 0x2000, OFFSET = 0x1fff };
enum { IDENTIFICATION = 4, FLAGS = 6, PROTOCOL = 9, ADDRESSES = 12 };
enum { DATAGRAMS = 4, PATIENCE_MS = 1000 };

static struct partial {
        bool is_used;
        uint8_t protocol, addresses[8];
        uint16_t identification;
        uint32_t begun;
        unsigned units; /* that are there, and the end of the last of them */
        unsigned end;
        unsigned whole; /* how many there will be, and in bytes; 0 until the last is there */
        size_t length;
        bool is_there[UNITS];
        uint8_t data[REASSEMBLED_MOST];
} partials[DATAGRAMS];

static bool belongs(const struct partial *partial, const uint8_t *packet)
{
        return partial->is_used && milliseconds() - partial->begun <= PATIENCE_MS &&
               partial->identification == get16(packet + IDENTIFICATION) && partial->protocol == packet[PROTOCOL] &&
               memcmp(partial->addresses, packet + ADDRESSES, sizeof partial->addresses) == 0;
}

/* The datagram that the fragment is of. For a new one the oldest makes room. */
static struct partial *find(const uint8_t *packet)
{
        static unsigned next;
        for (unsigned i = 0; i < DATAGRAMS; i++)
                if (belongs(&partials[i], packet))
                        return &partials[i];
        struct partial *partial = &partials[next++ % DATAGRAMS];
        memset(partial, 0, offsetof(struct partial, data));
        partial->is_used = true;
        partial->protocol = packet[PROTOCOL];
        partial->identification = get16(packet + IDENTIFICATION);
        partial->begun = milliseconds();
        memcpy(partial->addresses, packet + ADDRESSES, sizeof partial->addresses);
        return partial;
}

const uint8_t *reassemble(const uint8_t *packet, size_t header, size_t total, size_t *length)
{
        unsigned first = get16(packet + FLAGS) & OFFSET, count = (total - header + UNIT - 1) / UNIT, overlap = 0;
        bool is_last = !(get16(packet + FLAGS) & MORE_FRAGMENTS);
        struct partial *partial = find(packet);
        for (unsigned unit = first; unit < first + count && unit < UNITS; unit++)
                overlap += partial->is_there[unit];
        if (overlap == count && count)
                return NULL; /* it came twice */
        bool has_end = partial->whole, is_beyond = has_end && first + count > partial->whole;
        bool ends_before = is_last && (has_end || partial->end > first);
        if (!count || overlap || first + count > UNITS || is_beyond || ends_before || (!is_last && (total - header) % UNIT)) {
                partial->is_used = false;
                return NULL;
        }
        memset(partial->is_there + first, true, count);
        memcpy(partial->data + first * UNIT, packet + header, total - header);
        partial->units += count;
        if (first + count > partial->end)
                partial->end = first + count;
        if (is_last) {
                partial->whole = first + count;
                partial->length = first * UNIT + total - header;
        }
        if (partial->units != partial->whole)
                return NULL;
        partial->is_used = false;
        *length = partial->length;
        return partial->data;
}
