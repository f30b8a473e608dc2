/* Calls by ONC RPC version 2 over UDP (RFC 5531), with XDR (RFC 4506). One buffer each way. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RPC_MOST = 1400, RPC_SOURCE_PORT = 620 }; /* below 1024, for servers that want it so */

struct rpc_target {
        uint32_t address;
        uint16_t port;
        uint32_t program, version;
};

/* What arguments are written to and results read from. Reading too far gives zeros and sets `failed`. */
struct xdr {
        uint8_t *at, *end;
        bool failed;
};

void xdr_put(struct xdr *xdr, uint32_t value);
/* Opaque bytes; the counted form puts their number before them. */
void xdr_put_fixed(struct xdr *xdr, const void *bytes, size_t length);
void xdr_put_counted(struct xdr *xdr, const void *bytes, size_t length);
uint32_t xdr_get(struct xdr *xdr);
/* A pointer to `length` bytes, or null when there are not as many. */
const uint8_t *xdr_get_fixed(struct xdr *xdr, size_t length);
void xdr_skip(struct xdr *xdr, size_t words);

/* Begins a call; arguments are written to the result. Its transaction is new each time. */
struct xdr rpc_begin(const struct rpc_target *target, uint32_t procedure, uint32_t *transaction);
/* Sends what was written up to `arguments`. */
bool rpc_send(const struct rpc_target *target, const struct xdr *arguments);
/* A reply that has come, of whatever call; at once. False when there is none. An error of RPC itself sets `failed`. */
bool rpc_poll(const struct rpc_target *target, uint32_t *transaction, struct xdr *results);

/* Sends until there is an answer. False when there is none for some seconds, or it is an error of RPC. */
bool rpc_call(const struct rpc_target *target, const struct xdr *arguments, uint32_t transaction, struct xdr *results);
