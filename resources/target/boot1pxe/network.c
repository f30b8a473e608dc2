#include "network.h"
#include "../pxe/a20.h"
#include "../pxe/clock.h"
#include "gates.h"
#include "../pxe/string.h"
#include "words.h"

enum { SUBNET_MASK = 1, ROUTER = 3, OVERLOAD = 52, SERVER_NAME = 66, BOOT_FILE = 67, END = 255 };
enum { COOKIE_SIZE = 4, BDA_TICKS = 0x46c };
/* Questions to the ROM between looks at the clock. */
enum { POLLS = 20 };

struct network network;

static void copy_text(char *to, const void *from, unsigned length)
{
        memcpy(to, from, length);
        to[length] = 0;
}

/* RFC 2132 */
static void read_option(uint8_t code, const uint8_t *value, uint8_t length)
{
        if (code == SUBNET_MASK && length == 4 && !network.netmask)
                memcpy(&network.netmask, value, 4);
        if (code == ROUTER && length >= 4 && !network.router)
                memcpy(&network.router, value, 4);
        if (code == BOOT_FILE && length < sizeof network.file && !network.file[0])
                copy_text(network.file, value, length);
        if (code == SERVER_NAME && length < 64 && !network.server) {
                char name[64];
                copy_text(name, value, length);
                const char *at = name;
                network.server = take_address(&at);
        }
}

/* Calls `each` with every option; true if option 52 says that the fields for names hold options (section 9.3). */
static bool read_options(const uint8_t *at, const uint8_t *end, void (*each)(uint8_t, const uint8_t *, uint8_t))
{
        bool is_overloaded = false;
        while (at + 1 < end && *at != END) {
                if (!*at) {
                        at++;
                        continue;
                }
                if (at + 2 + at[1] > end)
                        break;
                is_overloaded |= *at == OVERLOAD;
                if (each)
                        each(at[0], at + 2, at[1]);
                at += 2 + at[1];
        }
        return is_overloaded;
}

static void read_reply(const struct bootp *reply, size_t length)
{
        const uint8_t *options = reply->vendor + COOKIE_SIZE, *end = (const uint8_t *)reply + length;
        if (!network.own_address)
                network.own_address = reply->yours;
        if (!network.server)
                network.server = reply->server;
        if (reply->file[0] && !network.file[0] && !read_options(options, end, 0))
                copy_text(network.file, reply->file, sizeof reply->file);
        read_options(options, end, read_option);
}

bool network_find(const struct nbp_entry *entry)
{
        static struct bootp reply;
        static const uint16_t packets[] = { CACHED_REPLY, CACHED_ACK };
        if (!pxe_find(entry))
                return fail("the network card's ROM offers neither !PXE nor PXENV+");
        /* The boot server's own reply comes first; the ACK of the DHCP server fills in what it leaves out. */
        for (unsigned i = 0; i < 2; i++) {
                size_t length = pxe_cached(packets[i], &reply);
                if (length)
                        read_reply(&reply, length);
        }
        if (!network.own_address || !network.server)
                return fail("the network card's ROM does not tell its address and its server");
        return true;
}

/* ROMs may shut the A20 gate behind themselves. */
static uint16_t call(enum pxe_call operation, void *parameters, size_t size)
{
        uint16_t status = pxe_call(operation, parameters, size);
        a20_enable();
        return status;
}

bool udp_open(void)
{
        struct udp_open operands = { .address = network.own_address };
        return !call(PXENV_UDP_OPEN, &operands, sizeof operands) ||
               fail("the network card's ROM cannot open UDP, status 0x%x", operands.status);
}

void network_unload(void)
{
        static const enum pxe_call calls[] = { PXENV_UDP_CLOSE, PXENV_UNDI_SHUTDOWN, PXENV_UNLOAD_STACK, PXENV_STOP_UNDI };
        for (unsigned i = 0; i < sizeof calls / sizeof *calls; i++) {
                struct start_undi operands = { 0 };
                call(calls[i], &operands, sizeof operands);
        }
}

uint16_t udp_new_port(void)
{
        static uint16_t last;
        if (!last)
                last = *base_memory_word(BDA_TICKS);
        last++;
        return swap16((uint16_t)(0x8000 | (last & 0x3fff)));
}

bool udp_send(uint32_t to, uint16_t to_port, uint16_t from_port, const void *data, uint32_t size)
{
        bool is_near = !((to ^ network.own_address) & network.netmask);
        struct udp_write operands = {
                .destination = to,
                .gateway = is_near ? 0 : network.router,
                .source_port = from_port,
                .destination_port = to_port,
                .size = (uint16_t)size,
                .buffer = low_pointer(LOW_DATA),
        };
        memcpy(low_address(LOW_DATA), data, size);
        return call(PXENV_UDP_WRITE, &operands, sizeof operands) == PXENV_EXIT_SUCCESS;
}

bool udp_receive(uint16_t port, struct datagram *datagram, uint32_t wait)
{
        struct udp_read *operands = low_address(LOW_PARAMETERS), *pattern = low_address(LOW_PARAMETERS + 64);
        struct far_pointer block = low_pointer(LOW_PARAMETERS), entry = pxe_entry();
        *pattern = (struct udp_read){
                .destination = network.own_address,
                .destination_port = port,
                .size = LOW_DATA_SIZE,
                .buffer = low_pointer(LOW_DATA),
        };
        static const uint16_t nothing[3];
        uint32_t start = milliseconds();
        for (;;) {
                struct registers registers = {
                        .ecx = POLLS,
                        .esi = (uint32_t)entry.segment << 16 | entry.offset,
                        .edi = block.offset,
                        .es = block.segment,
                };
                far_call(gates_pointer(gates->udp_read), nothing, &registers);
                a20_enable();
                if (!(uint16_t)registers.eax)
                        break;
                if (milliseconds() - start >= wait)
                        return false;
        }
        *datagram = (struct datagram){ operands->source, operands->source_port, operands->size, low_address(LOW_DATA) };
        return true;
}
