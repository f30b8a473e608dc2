#include "rpc.h"
#include "../net/network.h"
#include "../net/wire.h"
#include "../pxe/clock.h"
#include "../pxe/io.h"
#include "../pxe/string.h"

enum { CALL = 0, REPLY = 1, RPC_VERSION = 2, ACCEPTED = 0, SUCCESS = 0, AUTH_NULL = 0, AUTH_UNIX = 1 };

static uint8_t call[RPC_MOST];

void xdr_put(struct xdr *xdr, uint32_t value)
{
        if (xdr->end - xdr->at < 4) {
                xdr->failed = true;
                return;
        }
        put32(xdr->at, value);
        xdr->at += 4;
}

void xdr_put_fixed(struct xdr *xdr, const void *bytes, size_t length)
{
        size_t padded = (length + 3) & ~3u;
        if ((size_t)(xdr->end - xdr->at) < padded) {
                xdr->failed = true;
                return;
        }
        memset(xdr->at, 0, padded);
        memcpy(xdr->at, bytes, length);
        xdr->at += padded;
}

void xdr_put_counted(struct xdr *xdr, const void *bytes, size_t length)
{
        xdr_put(xdr, length);
        xdr_put_fixed(xdr, bytes, length);
}

const uint8_t *xdr_get_fixed(struct xdr *xdr, size_t length)
{
        const uint8_t *bytes = xdr->at;
        if ((size_t)(xdr->end - xdr->at) < length) {
                xdr->failed = true;
                return NULL;
        }
        size_t padded = (length + 3) & ~3u;
        xdr->at = (size_t)(xdr->end - xdr->at) < padded ? xdr->end : xdr->at + padded;
        return bytes;
}

uint32_t xdr_get(struct xdr *xdr)
{
        const uint8_t *bytes = xdr_get_fixed(xdr, 4);
        return bytes ? get32(bytes) : 0;
}

void xdr_skip(struct xdr *xdr, size_t words)
{
        if (words > 1024 || !xdr_get_fixed(xdr, words * 4))
                xdr->failed = true;
}

/* A server may know again a call of before the last reset, and answer it as it did then. */
static uint32_t fresh_transaction(void)
{
        static uint32_t last;
        if (!last) {
                for (uint8_t field = 0; field <= 4; field += 2) { /* seconds, minutes, hours of the clock */
                        out8(0x70, field);
                        last = last * 97 + in8(0x71);
                }
                last = last << 12 ^ milliseconds() << 4;
        }
        return ++last;
}

struct xdr rpc_begin(const struct rpc_target *target, uint32_t procedure, uint32_t *transaction)
{
        struct xdr xdr = { call, call + sizeof call, false };
        *transaction = fresh_transaction();
        uint32_t words[] = { *transaction, CALL, RPC_VERSION, target->program, target->version, procedure };
        for (unsigned i = 0; i < 6; i++)
                xdr_put(&xdr, words[i]);
        /* Credentials: machine name, user 0 and group 0, no others. RFC 5531 appendix A. */
        size_t name = strlen(network.host_name);
        xdr_put(&xdr, AUTH_UNIX);
        xdr_put(&xdr, 20 + ((name + 3) & ~3u));
        xdr_put(&xdr, 0);
        xdr_put_counted(&xdr, network.host_name, name);
        for (unsigned i = 0; i < 3; i++)
                xdr_put(&xdr, 0);
        xdr_put(&xdr, AUTH_NULL);
        xdr_put(&xdr, 0);
        return xdr;
}

bool rpc_send(const struct rpc_target *target, const struct xdr *arguments)
{
        return !arguments->failed &&
               udp_send(target->address, RPC_SOURCE_PORT, target->port, call, (size_t)(arguments->at - call));
}

bool rpc_poll(const struct rpc_target *target, uint32_t *transaction, struct xdr *results)
{
        struct datagram datagram;
        if (!udp_poll(RPC_SOURCE_PORT, &datagram) || datagram.source_port != target->port)
                return false;
        *results = (struct xdr){ (uint8_t *)datagram.data, (uint8_t *)datagram.data + datagram.length, false };
        *transaction = xdr_get(results);
        if (xdr_get(results) != REPLY)
                return false;
        bool accepted = xdr_get(results) == ACCEPTED;
        xdr_get(results);
        xdr_get_fixed(results, xdr_get(results)); /* the verifier */
        bool succeeded = xdr_get(results) == SUCCESS;
        results->failed = results->failed || !accepted || !succeeded;
        return true;
}

bool rpc_call(const struct rpc_target *target, const struct xdr *arguments, uint32_t transaction, struct xdr *results)
{
        enum { TRIES = 8, FIRST_WAIT_MS = 60 };
        for (unsigned tries = 0; tries < TRIES; tries++) {
                /* Written once and sent again as it is: the buffer is only written by rpc_begin(). */
                if (!rpc_send(target, arguments))
                        return false;
                uint32_t start = milliseconds(), answered;
                while (milliseconds() - start < (uint32_t)FIRST_WAIT_MS << tries)
                        if (rpc_poll(target, &answered, results) && answered == transaction)
                                return !results->failed;
        }
        return false;
}
