#include "demand.h"
#include "reserve.h"
#include "rpc.h"
#include "settings.h"
#include "../pxe/string.h"
#include "words.h"

enum { PORTMAP = 100000, NFS = 100003, MOUNT = 100005, UDP = 17, PORTMAP_PORT = 111 };
enum { GETPORT = 3, MNT = 1, LOOKUP = 3, READ = 6 };
enum { MOST_HANDLE = 64, ATTRIBUTES = 84, ATTRIBUTES_BEFORE_SIZE = 20 };

/* One READ fits one frame. A line is what one round of calls brings, and what the cache keeps together. */
enum { CHUNK = 1024, CHUNKS = 32, LINE = CHUNK * CHUNKS, LINES = 256, FEWEST_LINES = 8 };
/* Milliseconds */
enum { FIRST_WAIT = 40, LONGEST_WAIT = 2000, PATIENCE = 8000 };
/* Calls without an answer at a time, for ROMs with few receive buffers; and by how many one may be overtaken before it counts as lost. */
enum { IN_FLIGHT = 4, OVERTAKING = 3 };

static struct rpc nfs;
static uint8_t handle[MOST_HANDLE];
static uint32_t handle_length;
static uint64_t image_size;

static uint8_t *cache;
static uint32_t lines;
static struct {
        uint32_t number; /* of the line within the image, from 1; zero for none */
        uint32_t used;
} table[LINES];
static uint32_t clock;

/* RFC 1833, section 3 */
static bool find_port(uint32_t server, uint32_t program, uint16_t *port)
{
        struct rpc portmap = { server, swap16(PORTMAP_PORT), udp_new_port(), PORTMAP, 2 };
        uint32_t arguments[4] = { swap32(program), swap32(3), swap32(UDP), 0 };
        struct xdr results;
        if (!rpc_call(&portmap, GETPORT, arguments, sizeof arguments, &results))
                return false;
        *port = swap16((uint16_t)take_number(&results));
        return *port || fail("it has no NFS version 3 over UDP");
}

static bool take_handle(struct xdr *from)
{
        uint32_t length = take_number(from);
        const uint8_t *bytes = length <= MOST_HANDLE ? take_bytes(from, length) : 0;
        if (!bytes)
                return fail("its file handle cannot be understood");
        memcpy(handle, bytes, length);
        handle_length = length;
        return true;
}

/* Appendix I, section 5.2.1 */
static bool mount(void)
{
        struct rpc mount = { settings.disk_server, 0, udp_new_port(), MOUNT, 3 };
        if (!find_port(settings.disk_server, MOUNT, &mount.port))
                return false;
        uint8_t arguments[sizeof settings.disk_folder + 8];
        struct xdr path = { arguments, arguments + sizeof arguments, false }, results;
        put_opaque(&path, settings.disk_folder, strlen(settings.disk_folder));
        if (!rpc_call(&mount, MNT, arguments, (uint32_t)(path.at - arguments), &results))
                return false;
        uint32_t status = take_number(&results);
        return status ? fail("the server does not let it be mounted, status %u", status) : take_handle(&results);
}

/* Section 3.3.3 */
static bool look_up(void)
{
        nfs = (struct rpc){ settings.disk_server, 0, udp_new_port(), NFS, 3 };
        if (!find_port(settings.disk_server, NFS, &nfs.port))
                return false;
        uint8_t arguments[MOST_HANDLE + sizeof settings.disk_file + 16];
        struct xdr name = { arguments, arguments + sizeof arguments, false }, results;
        put_opaque(&name, handle, handle_length);
        put_opaque(&name, settings.disk_file, strlen(settings.disk_file));
        if (!rpc_call(&nfs, LOOKUP, arguments, (uint32_t)(name.at - arguments), &results))
                return false;
        uint32_t status = take_number(&results);
        if (status)
                return status == 2 ? fail("the server does not have it") : fail("it cannot be found, status %u", status);
        if (!take_handle(&results))
                return false;
        if (!take_number(&results))
                return fail("the server does not tell its size");
        take_bytes(&results, ATTRIBUTES_BEFORE_SIZE);
        image_size = (uint64_t)take_number(&results) << 32;
        image_size |= take_number(&results);
        if (image_size < SECTOR || image_size >> 41)
                return fail("it has no size that a disk can have");
        return true;
}

static void ask(uint32_t transaction, uint64_t offset)
{
        uint8_t buffer[256];
        struct xdr call = rpc_begin(&nfs, transaction, READ, buffer, sizeof buffer);
        put_opaque(&call, handle, handle_length);
        put_number(&call, (uint32_t)(offset >> 32));
        put_number(&call, (uint32_t)offset);
        put_number(&call, CHUNK);
        rpc_send(&nfs, buffer, &call);
}

/* Section 3.3.6; gives whether the chunk is there. */
static bool take_chunk(struct xdr *results, uint8_t *to)
{
        if (take_number(results))
                return false;
        if (take_number(results))
                take_bytes(results, ATTRIBUTES);
        take_number(results); /* count */
        take_number(results); /* end of file */
        uint32_t length = take_number(results);
        const uint8_t *bytes = length <= CHUNK ? take_bytes(results, length) : 0;
        if (!bytes)
                return false;
        memcpy(to, bytes, length);
        /* After the image's end: zeros. */
        memset(to + length, 0, CHUNK - length);
        return true;
}

/* A line on its way: a bit for each chunk that is missing, and for each that was asked for and has not come. */
struct pending {
        uint64_t start;
        uint8_t *to;
        uint32_t missing, asked;
        uint32_t transactions[CHUNKS];
};

static void ask_for(struct pending *line, unsigned chunk)
{
        line->asked |= 1u << chunk;
        line->transactions[chunk] = rpc_new_transaction();
        ask(line->transactions[chunk], line->start + chunk * CHUNK);
}

/* Asks for the next chunks, as far as the card's few receive buffers go. */
static void ask_for_more(struct pending *line)
{
        unsigned waiting = 0;
        for (uint32_t bits = line->asked; bits; bits &= bits - 1)
                waiting++;
        for (unsigned chunk = 0; chunk < CHUNKS && waiting < IN_FLIGHT; chunk++)
                if (line->missing & ~line->asked & 1u << chunk) {
                        ask_for(line, chunk);
                        waiting++;
                }
}

/* Takes an answer; a chunk that was asked for well before the one that came is lost, and asked for again. */
static bool take_answer(struct pending *line, const struct datagram *datagram)
{
        struct xdr results;
        uint32_t transaction;
        if (!rpc_answer(&nfs, datagram, &transaction, &results))
                return false;
        bool is_ours = false;
        for (unsigned chunk = 0; chunk < CHUNKS; chunk++)
                if (line->asked >> chunk & 1 && line->transactions[chunk] == transaction &&
                    take_chunk(&results, line->to + chunk * CHUNK)) {
                        line->missing &= ~(1u << chunk);
                        line->asked &= ~(1u << chunk);
                        is_ours = true;
                }
        for (unsigned chunk = 0; is_ours && chunk < CHUNKS; chunk++)
                if (line->asked >> chunk & 1 && (int32_t)(transaction - line->transactions[chunk]) > OVERTAKING)
                        ask_for(line, chunk);
        return is_ours;
}

/* Asks for all chunks of a line, and again for those that do not come. */
static bool read_line(uint32_t number, uint8_t *to)
{
        struct pending line = { (uint64_t)number * LINE, to, 0, 0, { 0 } };
        _Static_assert(CHUNKS == 32, "a bit for each");
        for (unsigned chunk = 0; chunk < CHUNKS; chunk++)
                if (line.start + chunk * CHUNK < image_size)
                        line.missing |= 1u << chunk;
                else
                        memset(to + chunk * CHUNK, 0, CHUNK);

        uint32_t wait = FIRST_WAIT;
        for (uint32_t waited = 0; line.missing && waited < PATIENCE; waited += wait) {
                struct datagram datagram;
                line.asked = 0;
                ask_for_more(&line);
                while (line.missing && udp_receive(nfs.own_port, &datagram, wait))
                        if (take_answer(&line, &datagram)) {
                                waited = 0;
                                wait = FIRST_WAIT;
                                ask_for_more(&line);
                        }
                wait = wait * 2 > LONGEST_WAIT ? LONGEST_WAIT : wait * 2;
        }
        return !line.missing;
}

/* The least recently used line makes room. */
static uint8_t *load_line(uint32_t number)
{
        uint32_t oldest = 0;
        for (uint32_t line = 0; line < lines; line++) {
                if (table[line].number == number + 1) {
                        table[line].used = ++clock;
                        return cache + line * LINE;
                }
                if (table[line].used < table[oldest].used)
                        oldest = line;
        }
        table[oldest].number = 0;
        if (!read_line(number, cache + oldest * LINE))
                return 0;
        table[oldest].number = number + 1;
        table[oldest].used = ++clock;
        return cache + oldest * LINE;
}

static bool read(uint32_t first, uint32_t count, uint8_t *to)
{
        enum { PER_LINE = LINE / SECTOR };
        while (count) {
                uint32_t number = first / PER_LINE, within = first % PER_LINE;
                uint32_t sectors = PER_LINE - within < count ? PER_LINE - within : count;
                const uint8_t *line = load_line(number);
                if (!line)
                        return false;
                memcpy(to, line + within * SECTOR, sectors * SECTOR);
                to += sectors * SECTOR;
                first += sectors;
                count -= sectors;
        }
        return true;
}

bool demand_open(struct disk *disk)
{
        if (!mount() || !look_up())
                return false;
        for (lines = LINES; lines >= FEWEST_LINES && !cache; lines /= 2)
                cache = (uint8_t *)reserve_take(lines * LINE, false);
        if (!cache)
                return fail("there is no memory for a cache");
        lines *= 2;
        *disk = (struct disk){ (uint32_t)((image_size + SECTOR - 1) / SECTOR) + PADDING, read };
        return true;
}
