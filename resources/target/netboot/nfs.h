/*
 * The few procedures of NFS that a boot needs, versions 2 (RFC 1094) and 3 (RFC 1813), with mount 1 and 3 and the
 * port mapper (RFC 1833 section 3).
 */
#pragma once
#include "rpc.h"

enum { HANDLE_MOST = 64, PATH_MOST = 1024 };

struct handle {
        uint32_t length;
        uint8_t bytes[HANDLE_MOST];
};

enum file_type { REGULAR = 1, DIRECTORY = 2, SYMLINK = 5 };

struct attributes {
        enum file_type type;
        uint64_t size;
};

/* A server and the version that is spoken with it. */
struct nfs {
        struct rpc_target mount, nfs;
};

/* What went wrong, in words; a null pointer means success. */
typedef const char *nfs_error;

/* `version` 0: 3 where the server has it, else 2. */
nfs_error nfs_find(struct nfs *nfs, uint32_t address, uint32_t version);
nfs_error nfs_mount(const struct nfs *nfs, const char *directory, struct handle *root);
nfs_error nfs_lookup(const struct nfs *nfs, const struct handle *directory, const char *name, struct handle *file,
                     struct attributes *attributes);
nfs_error nfs_readlink(const struct nfs *nfs, const struct handle *link, char target[PATH_MOST]);

/* READ in two halves, so that several are under way. The transaction tells which is answered. */
bool nfs_send_read(const struct nfs *nfs, const struct handle *file, uint32_t offset, uint32_t count, uint32_t *transaction);
/* The data of a READ's results; its length may be less than asked for. */
nfs_error nfs_read_results(const struct nfs *nfs, struct xdr *results, const uint8_t **data, uint32_t *length);
