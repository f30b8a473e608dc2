/*
 * As much of HFS+ as a boot loader reads: files by their path, of up to eight pieces. Apple Technical Note TN1150.
 * All is big-endian.
 */
#include "../../pxe/string.h"
#include "source.h"

enum { SECTOR = 512, HEADER_AT = 1024, ROOT_FOLDER = 2, LEAF = 0xff, FOLDER_RECORD = 1, FILE_RECORD = 2 };
enum { MOST_NODE = 32768, MOST_NAME = 255, HFS_PARTITION = 0xaf };
/* Offsets: of the volume header, of a node and its header record, of a catalog record. */
enum { BLOCK_SIZE = 40, CATALOG_FORK = 272 };
enum { NODE_NEXT = 0, NODE_KIND = 8, NODE_RECORDS = 10, HEADER_FIRST_LEAF = 14 + 10, HEADER_NODE_SIZE = 14 + 18 };
enum { RECORD_ID = 8, FILE_DATA_FORK = 88, EXTENTS = 16 };

static read_bytes *source;
static uint64_t volume_at;
static uint32_t block_size, node_size;
static uint8_t catalog[80];
static uint8_t node[MOST_NODE];

static uint16_t be16(const uint8_t *at)
{
        return (uint16_t)(at[0] << 8 | at[1]);
}

static uint32_t be32(const uint8_t *at)
{
        return (uint32_t)be16(at) << 16 | be16(at + 2);
}

/* Reads from a fork: its size of 8 bytes, 8 more, and then its extents. */
static bool read_fork(const uint8_t *fork, uint32_t offset, uint32_t length, uint8_t *to)
{
        for (const uint8_t *extent = fork + EXTENTS; length && extent < fork + EXTENTS + 64; extent += 8) {
                uint32_t bytes = be32(extent + 4) * block_size;
                if (offset >= bytes) {
                        offset -= bytes;
                        continue;
                }
                uint32_t part = bytes - offset < length ? bytes - offset : length;
                if (!source(volume_at + (uint64_t)be32(extent) * block_size + offset, part, to))
                        return false;
                to += part;
                length -= part;
                offset = 0;
        }
        return !length;
}

static bool try_volume(uint64_t at)
{
        static uint8_t header[SECTOR];
        if (!source(at + HEADER_AT, SECTOR, header) || be16(header) != 0x482b)
                return false;
        volume_at = at;
        block_size = be32(header + BLOCK_SIZE);
        memcpy(catalog, header + CATALOG_FORK, sizeof catalog);
        if (!read_fork(catalog, 0, SECTOR, node))
                return false;
        node_size = be16(node + HEADER_NODE_SIZE);
        return node_size <= MOST_NODE;
}

bool volume_open(read_bytes *from)
{
        static uint8_t table[SECTOR];
        source = from;
        if (try_volume(0))
                return true;
        if (!source(0, SECTOR, table) || table[510] != 0x55 || table[511] != 0xaa)
                return false;
        for (const uint8_t *entry = table + 446; entry < table + 510; entry += 16) {
                uint32_t first;
                memcpy(&first, entry + 8, 4);
                if (entry[4] == HFS_PARTITION && try_volume((uint64_t)first * SECTOR))
                        return true;
        }
        return false;
}

static bool is_named(const uint8_t *key, uint32_t parent, const char *name, uint32_t length)
{
        if (be32(key + 2) != parent || be16(key + 6) != length)
                return false;
        for (uint32_t i = 0; i < length; i++) {
                uint16_t letter = be16(key + 8 + 2 * i);
                bool is_letter = (uint8_t)((name[i] | 0x20) - 'a') < 26;
                if (is_letter ? (letter | 0x20) != (name[i] | 0x20) : letter != (uint8_t)name[i])
                        return false;
        }
        return true;
}

/* Walks along the leaves: a boot volume has few. The record, which stays in `node`, or null. */
static const uint8_t *find(uint32_t parent, const char *name, uint32_t length)
{
        if (!read_fork(catalog, 0, SECTOR, node))
                return 0;
        for (uint32_t number = be32(node + HEADER_FIRST_LEAF); number; number = be32(node + NODE_NEXT)) {
                if (!read_fork(catalog, number * node_size, node_size, node) || node[NODE_KIND] != LEAF)
                        return 0;
                for (uint32_t i = 0; i < be16(node + NODE_RECORDS); i++) {
                        const uint8_t *key = node + be16(node + node_size - 2 * (i + 1));
                        if (is_named(key, parent, name, length))
                                return key + 2 + be16(key);
                }
        }
        return 0;
}

bool volume_load(const char *path, void *to, uint32_t room, uint32_t *length)
{
        uint32_t folder = ROOT_FOLDER;
        for (;;) {
                while (*path == '/')
                        path++;
                uint32_t name_length = 0;
                while (path[name_length] && path[name_length] != '/')
                        name_length++;
                const uint8_t *record = find(folder, path, name_length);
                if (!record)
                        return false;
                path += name_length;
                if (be16(record) == FOLDER_RECORD && *path) {
                        folder = be32(record + RECORD_ID);
                        continue;
                }
                if (be16(record) != FILE_RECORD || *path)
                        return false;
                static uint8_t fork[80];
                memcpy(fork, record + FILE_DATA_FORK, sizeof fork);
                *length = be32(fork + 4);
                return *length <= room && read_fork(fork, 0, *length, to);
        }
}
