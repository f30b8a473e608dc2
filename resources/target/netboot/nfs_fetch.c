#include "../net/network.h"
#include "../pxe/clock.h"
#include "../pxe/console.h"
#include "../pxe/string.h"
#include "fetch.h"
#include "nfs.h"

/*
 * Reads are as large as version 2 allows, with as many under way as the smallest receive ring of a network card has
 * room for their fragments. A fragment that is lost takes all of its answer with it, and there are networks that
 * lose them all: where losses are more than a few in a hundred frames, reads become so small that every answer is one.
 */
enum { LARGE_READ = 8192, SMALL_READ = 1024, LARGE_WINDOW = 2, WINDOW = 8 };
/* What a large read that is lost weighs against those that are answered, and the sum that is too much. */
enum { LOSS = 4, MOST_LOSSES = 3 * LOSS };
/* Milliseconds: until a read is sent again the first time and at most, and without any answer until we give up. */
enum { FIRST_TIMEOUT = 60, LONGEST_TIMEOUT = 2000, PATIENCE = 30000 };

struct read {
        uint32_t offset, length, transaction, sent, timeout;
};

/* The next kernel need not learn it again. */
static unsigned losses;

static uint32_t read_size(void)
{
        return losses < MOST_LOSSES ? LARGE_READ : SMALL_READ;
}

static bool send_read(const struct nfs *nfs, const struct handle *file, struct read *read)
{
        uint32_t length = read->length < read_size() ? read->length : read_size();
        read->sent = milliseconds();
        return nfs_send_read(nfs, file, read->offset, length, &read->transaction);
}

static nfs_error read_file(const struct nfs *nfs, const struct handle *file, uint8_t *into, size_t size)
{
        struct read window[WINDOW] = { 0 };
        size_t asked = 0, done = 0;
        uint32_t last_answer = milliseconds();
        while (done < size) {
                unsigned under_way = read_size() == LARGE_READ ? LARGE_WINDOW : WINDOW;
                for (unsigned i = 0; i < WINDOW; i++) {
                        struct read *read = &window[i];
                        if (!read->length && asked < size && i < under_way) {
                                read->offset = asked;
                                read->length = size - asked < read_size() ? size - asked : read_size();
                                read->timeout = FIRST_TIMEOUT;
                                asked += read->length;
                                send_read(nfs, file, read);
                        } else if (read->length && milliseconds() - read->sent >= read->timeout) {
                                if (read_size() == LARGE_READ && read->length > SMALL_READ)
                                        losses += LOSS;
                                read->timeout = read->timeout * 2 < LONGEST_TIMEOUT ? read->timeout * 2 : LONGEST_TIMEOUT;
                                send_read(nfs, file, read);
                        }
                }
                uint32_t transaction, length;
                const uint8_t *data;
                struct xdr results;
                if (rpc_poll(&nfs->nfs, &transaction, &results)) {
                        struct read *read = window;
                        while (read < window + WINDOW && !(read->length && read->transaction == transaction))
                                read++;
                        if (read == window + WINDOW)
                                continue; /* an answer that came after we asked again */
                        nfs_error error = results.failed ? "The server refuses to read" :
                                                           nfs_read_results(nfs, &results, &data, &length);
                        if (error)
                                return error;
                        if (!length || length > read->length)
                                return "The file changed while it was read";
                        if (length > SMALL_READ && losses)
                                losses--;
                        memcpy(into + read->offset, data, length);
                        done += length;
                        read->offset += length;
                        read->length -= length;
                        read->timeout = FIRST_TIMEOUT;
                        if (read->length) /* the rest of what a server gives less of, or is asked for less of */
                                send_read(nfs, file, read);
                        last_answer = milliseconds();
                        if (progress(done, size))
                                return "";
                } else if (milliseconds() - last_answer > PATIENCE) {
                        return "The server does not answer any more";
                } else if (progress(done, size)) {
                        return "";
                }
        }
        return NULL;
}

/* Makes of a link's target, seen from `directory`, a directory and a file. */
static bool follow(const char *target, struct name *name)
{
        char path[LINE_MOST];
        if (*target == '/')
                format_text(path, sizeof path, "h:%s", target);
        else
                format_text(path, sizeof path, "h:%s/%s", name->directory[1] ? name->directory : "", target);
        struct name followed;
        if (!parse_name(path, &followed))
                return false;
        memcpy(name->directory, followed.directory, sizeof name->directory);
        memcpy(name->file, followed.file, sizeof name->file);
        return true;
}

/* Mounts the directory and looks the file up in it, through symbolic links. Says itself what fails. */
static bool open_file(const struct nfs *nfs, const struct name *name, struct handle *file, struct attributes *attributes)
{
        enum { MOST_LINKS = 8 };
        static char target[PATH_MOST];
        struct name now = *name;
        for (int links = 0; links <= MOST_LINKS; links++) {
                struct handle directory;
                nfs_error error = nfs_mount(nfs, now.directory, &directory);
                if (error) {
                        print("Can't mount filesystem: %s.\n", error);
                        return false;
                }
                error = nfs_lookup(nfs, &directory, now.file, file, attributes);
                if (error) {
                        print("Can't lookup %s: %s.\n", now.file, error);
                        return false;
                }
                if (attributes->type == REGULAR)
                        return true;
                if (attributes->type != SYMLINK) {
                        print("Can't read %s: it is no regular file.\n", now.file);
                        return false;
                }
                error = nfs_readlink(nfs, file, target);
                if (error || !follow(target, &now)) {
                        print("Can't follow the link %s: %s.\n", now.file, error ? error : target);
                        return false;
                }
        }
        print("Can't follow the link %s: it leads in a circle.\n", name->file);
        return false;
}

bool nfs_fetch(const struct name *name, uint32_t address, struct room room, size_t *length)
{
        struct nfs nfs;
        struct handle file;
        struct attributes attributes;
        nfs_error error = nfs_find(&nfs, address, name->protocol == NFS2 ? 2 : name->protocol == NFS3 ? 3 : 0);
        if (error) {
                print("Can't get root NFS/MOUNT ports: %s.\n", error);
                return false;
        }
        if (!open_file(&nfs, name, &file, &attributes))
                return false;
        if (attributes.size > room.size) {
                print("%s does not fit: it has %u KB, and there is memory for %u KB.\n", name->file,
                      (uint32_t)(attributes.size >> 10), (uint32_t)(room.size >> 10));
                return false;
        }
        print("%s: loading...", name->file);
        error = read_file(&nfs, &file, room.at, (size_t)attributes.size);
        if (error) {
                if (*error)
                        print("\nCan't read %s: %s.\n", name->file, error);
                return false;
        }
        *length = (size_t)attributes.size;
        return true;
}
