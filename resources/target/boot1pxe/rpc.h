/* Sun RPC over UDP (RFC 5531) with XDR (RFC 4506), as far as an NFS reader needs it. */
#pragma once
#include "network.h"

/* A message being written, or an answer being read. */
struct xdr {
        uint8_t *at, *end;
        bool is_short; /* there was not enough room, or not enough answer */
};

void put_number(struct xdr *to, uint32_t value);
void put_opaque(struct xdr *to, const void *bytes, uint32_t length);
uint32_t take_number(struct xdr *from);
/* Skips; gives where it was, or null. */
const uint8_t *take_bytes(struct xdr *from, uint32_t length);

struct rpc {
        uint32_t server;
        uint16_t port, own_port; /* network order */
        uint32_t program, version;
};

/* Starts a call in `buffer`; the arguments follow. */
struct xdr rpc_begin(const struct rpc *rpc, uint32_t transaction, uint32_t procedure, void *buffer, uint32_t size);
void rpc_send(const struct rpc *rpc, const void *buffer, const struct xdr *call);
/* An answer's transaction, and its results; false when it is none, or says that the call failed. */
bool rpc_answer(const struct rpc *rpc, const struct datagram *datagram, uint32_t *transaction, struct xdr *results);
/* One call and its results, which stay until the next call; repeated until there is an answer. */
bool rpc_call(const struct rpc *rpc, uint32_t procedure, const void *arguments, uint32_t length, struct xdr *results);
uint32_t rpc_new_transaction(void);
