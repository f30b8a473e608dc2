#include "nfs.h"
#include "../pxe/string.h"

enum { PORTMAP = 100000, NFS = 100003, MOUNT = 100005, PORTMAP_PORT = 111, OVER_UDP = 17 };
enum { PORTMAP_GETPORT = 3, MOUNT_MNT = 1 };
enum { V2_HANDLE = 32, V2_LOOKUP = 4, V2_READLINK = 5, V2_READ = 6, V2_ATTRIBUTE_WORDS = 17 };
enum { V3_LOOKUP = 3, V3_READLINK = 5, V3_READ = 6, V3_ATTRIBUTE_WORDS = 21 };

/* Those that opening and reading a file can meet; the same numbers in both versions, and in mount. RFC 1813 section 2.6 */
static nfs_error error_text(uint32_t status)
{
        switch (status) {
        case 0:
                return NULL;
        case 1:
                return "Not owner";
        case 2:
                return "No such file or directory";
        case 5:
                return "I/O error on the server";
        case 13:
                return "Permission denied";
        case 20:
                return "Not a directory";
        case 21:
                return "Is a directory";
        case 63:
                return "File name too long";
        case 70:
                return "Stale file handle";
        default:
                return "The server reports an error";
        }
}

static const char no_answer[] = "The server does not answer";
static const char nonsense[] = "The server's answer makes no sense";

static bool get_port(uint32_t address, uint32_t program, uint32_t version, uint16_t *port)
{
        struct rpc_target portmap = { address, PORTMAP_PORT, PORTMAP, 2 };
        uint32_t transaction;
        struct xdr arguments = rpc_begin(&portmap, PORTMAP_GETPORT, &transaction), results;
        xdr_put(&arguments, program);
        xdr_put(&arguments, version);
        xdr_put(&arguments, OVER_UDP);
        xdr_put(&arguments, 0);
        if (!rpc_call(&portmap, &arguments, transaction, &results))
                return false;
        *port = (uint16_t)xdr_get(&results);
        return !results.failed;
}

nfs_error nfs_find(struct nfs *nfs, uint32_t address, uint32_t version)
{
        uint32_t newest = version ? version : 3, oldest = version ? version : 2;
        for (uint32_t now = newest; now >= oldest; now--) {
                nfs->nfs = (struct rpc_target){ address, 0, NFS, now };
                nfs->mount = (struct rpc_target){ address, 0, MOUNT, now == 3 ? 3 : 1 };
                if (!get_port(address, NFS, now, &nfs->nfs.port) ||
                    !get_port(address, MOUNT, nfs->mount.version, &nfs->mount.port))
                        return no_answer;
                if (nfs->nfs.port && nfs->mount.port)
                        return NULL;
        }
        return "The server has no such version of NFS over UDP";
}

static nfs_error get_handle(struct xdr *results, uint32_t version, struct handle *handle)
{
        handle->length = version == 3 ? xdr_get(results) : V2_HANDLE;
        const uint8_t *bytes = handle->length <= HANDLE_MOST ? xdr_get_fixed(results, handle->length) : NULL;
        if (!bytes)
                return nonsense;
        memcpy(handle->bytes, bytes, handle->length);
        return NULL;
}

static void put_handle(struct xdr *arguments, const struct nfs *nfs, const struct handle *handle)
{
        if (nfs->nfs.version == 3)
                xdr_put_counted(arguments, handle->bytes, handle->length);
        else
                xdr_put_fixed(arguments, handle->bytes, V2_HANDLE);
}

/* Both begin with type, mode, links, user, group and size, which version 3 made one of 64 bits. */
static void get_attributes(struct xdr *results, uint32_t version, struct attributes *attributes)
{
        attributes->type = xdr_get(results);
        xdr_skip(results, 4);
        attributes->size = xdr_get(results);
        if (version == 3)
                attributes->size = attributes->size << 32 | xdr_get(results);
        xdr_skip(results, version == 3 ? V3_ATTRIBUTE_WORDS - 7 : V2_ATTRIBUTE_WORDS - 6);
}

/* In front of the results of version 3, there or not. */
static void skip_post_op_attributes(struct xdr *results)
{
        if (xdr_get(results))
                xdr_skip(results, V3_ATTRIBUTE_WORDS);
}

nfs_error nfs_mount(const struct nfs *nfs, const char *directory, struct handle *root)
{
        uint32_t transaction;
        struct xdr arguments = rpc_begin(&nfs->mount, MOUNT_MNT, &transaction), results;
        xdr_put_counted(&arguments, directory, strlen(directory));
        if (!rpc_call(&nfs->mount, &arguments, transaction, &results))
                return no_answer;
        uint32_t status = xdr_get(&results);
        return status ? error_text(status) : get_handle(&results, nfs->nfs.version, root);
}

nfs_error nfs_lookup(const struct nfs *nfs, const struct handle *directory, const char *name, struct handle *file,
                     struct attributes *attributes)
{
        uint32_t version = nfs->nfs.version, transaction;
        struct xdr arguments = rpc_begin(&nfs->nfs, version == 3 ? V3_LOOKUP : V2_LOOKUP, &transaction), results;
        put_handle(&arguments, nfs, directory);
        xdr_put_counted(&arguments, name, strlen(name));
        if (!rpc_call(&nfs->nfs, &arguments, transaction, &results))
                return no_answer;
        uint32_t status = xdr_get(&results);
        if (status)
                return error_text(status);
        nfs_error error = get_handle(&results, version, file);
        if (version == 3 && !xdr_get(&results)) /* a server need not tell the attributes */
                return nonsense;
        get_attributes(&results, version, attributes);
        return error ? error : results.failed ? nonsense : NULL;
}

nfs_error nfs_readlink(const struct nfs *nfs, const struct handle *link, char target[PATH_MOST])
{
        uint32_t version = nfs->nfs.version, transaction;
        struct xdr arguments = rpc_begin(&nfs->nfs, version == 3 ? V3_READLINK : V2_READLINK, &transaction), results;
        put_handle(&arguments, nfs, link);
        if (!rpc_call(&nfs->nfs, &arguments, transaction, &results))
                return no_answer;
        uint32_t status = xdr_get(&results);
        if (version == 3)
                skip_post_op_attributes(&results);
        if (status)
                return error_text(status);
        uint32_t length = xdr_get(&results);
        const uint8_t *text = length < PATH_MOST ? xdr_get_fixed(&results, length) : NULL;
        if (!text)
                return nonsense;
        memcpy(target, text, length);
        target[length] = 0;
        return NULL;
}

bool nfs_send_read(const struct nfs *nfs, const struct handle *file, uint32_t offset, uint32_t count, uint32_t *transaction)
{
        uint32_t version = nfs->nfs.version;
        struct xdr arguments = rpc_begin(&nfs->nfs, version == 3 ? V3_READ : V2_READ, transaction);
        put_handle(&arguments, nfs, file);
        if (version == 3)
                xdr_put(&arguments, 0);
        xdr_put(&arguments, offset);
        xdr_put(&arguments, count);
        if (version == 2)
                xdr_put(&arguments, 0); /* totalcount: unused */
        return rpc_send(&nfs->nfs, &arguments);
}

nfs_error nfs_read_results(const struct nfs *nfs, struct xdr *results, const uint8_t **data, uint32_t *length)
{
        uint32_t status = xdr_get(results);
        if (nfs->nfs.version == 3)
                skip_post_op_attributes(results);
        if (status)
                return error_text(status);
        if (nfs->nfs.version == 3)
                xdr_skip(results, 2); /* count and eof: the data tell their own length */
        else
                xdr_skip(results, V2_ATTRIBUTE_WORDS);
        *length = xdr_get(results);
        *data = xdr_get_fixed(results, *length);
        return *data && !results->failed ? NULL : nonsense;
}
