/*
 * An HFS+ volume in an MBR partition, read-only: files of up to eight extents, with names in ASCII (Technical Note
 * TN1150). Looks through all leaves of the catalog for each name, which is slow and short.
 */
#include "../../pxe/realmode.h"
#include "../../pxe/string.h"
#include "store.h"

enum { SECTOR = 512, TABLE = 446, HFS_PARTITION = 0xaf, ROOT_FOLDER = 2, FOLDER = 1, FILE = 2, EXTENTS = 8 };
enum { NODE_LIMIT = 32768, TRANSFER = LOW_DATA_SIZE / SECTOR };

struct extent {
        uint32_t start, count;
};

struct fork {
        uint32_t size;
        struct extent extents[EXTENTS];
};

static struct {
        uint8_t drive;
        const char *memory; /* a null pointer: the drive */
        uint32_t memory_size;
        uint32_t start; /* of the volume, in sectors */
        uint32_t block_size;
        struct fork catalog;
        uint32_t node_size, first_leaf;
        struct store store;
} volume;

static uint32_t big16(const uint8_t *at) { return (uint32_t)(at[0] << 8 | at[1]); }
static uint32_t big32(const uint8_t *at) { return big16(at) << 16 | big16(at + 2); }
static uint32_t little32(const uint8_t *at)
{
        return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static bool read_drive(uint32_t sector, uint32_t count, uint8_t *into)
{
        struct packet {
                uint8_t size, zero;
                uint16_t count;
                struct far_pointer buffer;
                uint64_t sector;
        } __attribute__((packed)) *packet = low_address(LOW_PARAMETERS);
        while (count) {
                uint32_t part = count < TRANSFER ? count : TRANSFER;
                *packet = (struct packet){ sizeof *packet, 0, (uint16_t)part, low_pointer(LOW_DATA), sector };
                struct far_pointer at = low_pointer(LOW_PARAMETERS);
                struct registers registers = { .eax = 0x4200, .edx = volume.drive, .esi = at.offset, .ds = at.segment };
                bios_call(0x13, &registers);
                if (registers.flags & CARRY_FLAG)
                        return false;
                memcpy(into, low_address(LOW_DATA), part * SECTOR);
                sector += part;
                count -= part;
                into += part * SECTOR;
        }
        return true;
}

static bool read_sectors(uint32_t sector, uint32_t count, void *into)
{
        if (!volume.memory)
                return read_drive(sector, count, into);
        if (sector + count > volume.memory_size / SECTOR)
                return false;
        memcpy(into, volume.memory + sector * SECTOR, count * SECTOR);
        return true;
}

static struct fork read_fork(const uint8_t *at)
{
        struct fork fork = { .size = big32(at + 4) };
        for (int i = 0; i < EXTENTS; i++)
                fork.extents[i] = (struct extent){ big32(at + 16 + i * 8), big32(at + 20 + i * 8) };
        return fork;
}

/* `from` and `length` in bytes, multiples of a sector. */
static bool read_fork_part(const struct fork *fork, uint32_t from, uint32_t length, uint8_t *into)
{
        for (int i = 0; i < EXTENTS && length; i++) {
                uint32_t size = fork->extents[i].count * volume.block_size;
                if (from >= size) {
                        from -= size;
                        continue;
                }
                uint32_t part = length < size - from ? length : size - from;
                uint32_t sector = volume.start + fork->extents[i].start * (volume.block_size / SECTOR) + from / SECTOR;
                if (!read_sectors(sector, part / SECTOR, into))
                        return false;
                into += part;
                length -= part;
                from = 0;
        }
        return !length;
}

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c; }

static bool is_named(const uint8_t *key, uint32_t parent, const char *name, uint32_t length)
{
        if (big32(key + 2) != parent || big16(key + 6) != length)
                return false;
        for (uint32_t i = 0; i < length; i++)
                if (key[8 + i * 2] || lower((char)key[9 + i * 2]) != lower(name[i]))
                        return false;
        return true;
}

/* The catalog's record of a name in a folder, until the next call; a null pointer when there is none. */
static const uint8_t *find(uint32_t parent, const char *name, uint32_t length)
{
        static uint8_t node[NODE_LIMIT];
        for (uint32_t number = volume.first_leaf; number; number = big32(node)) {
                if (!read_fork_part(&volume.catalog, number * volume.node_size, volume.node_size, node))
                        return 0;
                for (uint32_t i = 0; i < big16(node + 10); i++) {
                        uint32_t at = big16(node + volume.node_size - 2 * (i + 1));
                        if (at + 8 > volume.node_size || at + 2 + big16(node + at) + 168 > NODE_LIMIT)
                                return 0;
                        if (is_named(node + at, parent, name, length))
                                return node + at + 2 + big16(node + at);
                }
        }
        return 0;
}

static bool load(const char *path, void *into, uint32_t limit, uint32_t *size)
{
        uint32_t parent = ROOT_FOLDER;
        for (;;) {
                const char *end = strchr(path, '/');
                const uint8_t *record = find(parent, path, end ? (uint32_t)(end - path) : strlen(path));
                if (!record || big16(record) != (end ? FOLDER : FILE))
                        return false;
                if (end) {
                        parent = big32(record + 8);
                        path = end + 1;
                        continue;
                }
                struct fork fork = read_fork(record + 88);
                uint32_t sectors = (fork.size + SECTOR - 1) / SECTOR;
                if (fork.size >= limit - SECTOR)
                        return false;
                *size = fork.size;
                return read_fork_part(&fork, 0, sectors * SECTOR, into);
        }
}

static const struct store *open_volume(const char *name)
{
        uint8_t sector[SECTOR];
        if (!read_sectors(0, 1, sector) || sector[510] != 0x55 || sector[511] != 0xaa)
                return 0;
        const uint8_t *entry = sector + TABLE;
        while (entry[4] != HFS_PARTITION)
                if ((entry += 16) == sector + 510)
                        return 0;
        volume.start = little32(entry + 8);
        if (!read_sectors(volume.start + 2, 1, sector) || sector[0] != 'H' || (sector[1] != '+' && sector[1] != 'X'))
                return 0;
        volume.block_size = big32(sector + 40);
        volume.catalog = read_fork(sector + 272);
        if (!read_fork_part(&volume.catalog, 0, SECTOR, sector))
                return 0;
        volume.first_leaf = big32(sector + 24);
        volume.node_size = big16(sector + 32);
        if (volume.node_size < SECTOR || volume.node_size > NODE_LIMIT)
                return 0;
        volume.store = (struct store){ name, load };
        return &volume.store;
}

const struct store *drive_store(uint8_t drive)
{
        volume.drive = drive;
        volume.memory = 0;
        return open_volume("an HFS+ volume on a disk");
}

const struct store *memory_store(const void *start, uint32_t size)
{
        volume.memory = start;
        volume.memory_size = size;
        return open_volume("an HFS+ volume in memory");
}
