#include "rpc.h"
#include "../pxe/string.h"
#include "words.h"

enum { CALL = 0, REPLY = 1, RPC_VERSION = 2, AUTH_SYS = 1 };
enum { FIRST_WAIT = 250, LONGEST_WAIT = 2000, PATIENCE = 12000 }; /* milliseconds */

void put_number(struct xdr *to, uint32_t value)
{
        if (to->end - to->at < 4) {
                to->is_short = true;
                return;
        }
        value = swap32(value);
        memcpy(to->at, &value, 4);
        to->at += 4;
}

static void put_raw(struct xdr *to, const void *bytes, uint32_t length)
{
        if ((uint32_t)(to->end - to->at) < length) {
                to->is_short = true;
                return;
        }
        memcpy(to->at, bytes, length);
        to->at += length;
}

void put_opaque(struct xdr *to, const void *bytes, uint32_t length)
{
        put_number(to, length);
        put_raw(to, bytes, length);
        put_raw(to, "\0\0\0", -length & 3);
}

const uint8_t *take_bytes(struct xdr *from, uint32_t length)
{
        if (length > (uint32_t)(from->end - from->at)) {
                from->is_short = true;
                return 0;
        }
        const uint8_t *bytes = from->at;
        from->at += length;
        return bytes;
}

uint32_t take_number(struct xdr *from)
{
        uint32_t value;
        const uint8_t *bytes = take_bytes(from, 4);
        if (!bytes)
                return 0;
        memcpy(&value, bytes, 4);
        return swap32(value);
}

uint32_t rpc_new_transaction(void)
{
        static uint32_t last;
        if (!last)
                last = (uint32_t)*base_memory_word(0x46c) << 16;
        return ++last;
}

struct xdr rpc_begin(const struct rpc *rpc, uint32_t transaction, uint32_t procedure, void *buffer, uint32_t size)
{
        struct xdr call = { buffer, (uint8_t *)buffer + size, false };
        put_number(&call, transaction);
        put_number(&call, CALL);
        put_number(&call, RPC_VERSION);
        put_number(&call, rpc->program);
        put_number(&call, rpc->version);
        put_number(&call, procedure);
        /* RFC 5531, appendix A: stamp, machine name, user, group, no more groups. */
        put_number(&call, AUTH_SYS);
        put_number(&call, 4 + 12 + 12);
        put_number(&call, 0);
        put_opaque(&call, "boot1pxe", 8);
        put_number(&call, 0);
        put_number(&call, 0);
        put_number(&call, 0);
        put_number(&call, 0); /* no verifier */
        put_number(&call, 0);
        return call;
}

void rpc_send(const struct rpc *rpc, const void *buffer, const struct xdr *call)
{
        udp_send(rpc->server, rpc->port, rpc->own_port, buffer, (uint32_t)(call->at - (uint8_t *)buffer));
}

bool rpc_answer(const struct rpc *rpc, const struct datagram *datagram, uint32_t *transaction, struct xdr *results)
{
        if (datagram->from != rpc->server || datagram->from_port != rpc->port)
                return false;
        *results = (struct xdr){ (uint8_t *)datagram->data, (uint8_t *)datagram->data + datagram->size, false };
        *transaction = take_number(results);
        if (take_number(results) != REPLY || take_number(results) != 0)
                return false;
        take_number(results); /* the verifier */
        take_bytes(results, take_number(results));
        return take_number(results) == 0 && !results->is_short;
}

bool rpc_call(const struct rpc *rpc, uint32_t procedure, const void *arguments, uint32_t length, struct xdr *results)
{
        static uint8_t buffer[512];
        uint32_t transaction = rpc_new_transaction(), answered;
        struct xdr call = rpc_begin(rpc, transaction, procedure, buffer, sizeof buffer);
        put_raw(&call, arguments, length);
        uint32_t wait = FIRST_WAIT;
        for (uint32_t waited = 0; waited < PATIENCE; waited += wait) {
                struct datagram datagram;
                rpc_send(rpc, buffer, &call);
                while (udp_receive(rpc->own_port, &datagram, wait))
                        if (rpc_answer(rpc, &datagram, &answered, results) && answered == transaction)
                                return true;
                wait = wait * 2 > LONGEST_WAIT ? LONGEST_WAIT : wait * 2;
        }
        return fail("no answer by UDP on port %u", (uint32_t)swap16(rpc->port));
}
