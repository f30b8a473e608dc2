#include "tftp.h"
#include "../pxe/string.h"
#include "words.h"

enum { READ = 1, DATA = 3, ACKNOWLEDGE = 4, ERROR = 5, OPTIONS = 6 };
enum { UNDEFINED = 0, NOT_FOUND = 1, DISK_FULL = 3 };
enum { TFTP_PORT = 69, PLAIN_BLOCK = 512, WANTED_BLOCK = 1456 };
/* ROMs have few receive buffers: iPXE has 8 KB of them for an RTL8139 and four for a PCnet card. */
enum { WANTED_WINDOW = 4 };
/* Milliseconds. The first wait is for a lost datagram, all of them for a server that comes back. */
enum { REQUEST_WAIT = 250, FIRST_WAIT = 60, LONGEST_WAIT = 2000, PATIENCE = 12000 };

struct header {
        uint16_t opcode, number;
        char text[128];
};

static char *append(char *at, const char *text)
{
        size_t size = strlen(text) + 1;
        memcpy(at, text, size);
        return at + size;
}

static void acknowledge(const struct tftp *file, uint32_t block)
{
        struct header packet = { swap16(ACKNOWLEDGE), swap16((uint16_t)block), "" };
        udp_send(network.server, file->server_port, file->port, &packet, 4);
}

static void end_with(const struct tftp *file, uint16_t code, const char *why)
{
        struct header packet = { swap16(ERROR), swap16(code), "" };
        uint32_t length = format_text(packet.text, sizeof packet.text, "%s", why);
        udp_send(network.server, file->server_port, file->port, &packet, 5 + length);
}

void tftp_refuse(struct tftp *file, const char *why)
{
        end_with(file, DISK_FULL, why);
}

void tftp_leave(struct tftp *file)
{
        end_with(file, UNDEFINED, "only the size was wanted");
}

static bool equal(const char *left, const char *right, size_t length)
{
        for (; length; left++, right++, length--)
                if ((*left | 0x20) != (*right | 0x20))
                        return false;
        return true;
}

/* RFC 2347: names and values, each with a NUL. */
static void read_options(struct tftp *file, const char *at, const char *end)
{
        while (at < end) {
                const char *name = at;
                while (at < end && *at)
                        at++;
                size_t length = (size_t)(at++ - name);
                if (at >= end)
                        return;
                uint32_t value = take_decimal(&at);
                while (at < end && *at)
                        at++;
                at++;
                if (length == 5 && equal(name, "tsize", 5))
                        file->size = value;
                else if (length == 7 && equal(name, "blksize", 7) && value >= 8 && value <= WANTED_BLOCK)
                        file->block_size = (uint16_t)value;
                else if (length == 10 && equal(name, "windowsize", 10) && value >= 1 && value <= WANTED_WINDOW)
                        file->window_size = (uint16_t)value;
        }
}

static bool refused(struct tftp *file, const struct datagram *answer)
{
        const struct header *packet = (const struct header *)answer->data;
        char text[100] = "";
        if (answer->size > 4)
                format_text(text, answer->size - 4 < sizeof text ? answer->size - 3 : sizeof text, "%s", packet->text);
        file->is_missing = packet->number == swap16(NOT_FOUND);
        return file->is_missing ? fail("the server does not have it") : fail("the server says \"%s\"", text);
}

static uint32_t longer(uint32_t wait)
{
        return wait * 2 > LONGEST_WAIT ? LONGEST_WAIT : wait * 2;
}

bool tftp_open(struct tftp *file, const char *name)
{
        static char request[320];
        struct header *packet = (struct header *)request;
        packet->opcode = swap16(READ);
        char *end = append(request + 2, name);
        static const char *const options[] = { "octet", "tsize", "0", "blksize", "1456", "windowsize", "4" };
        for (unsigned i = 0; i < sizeof options / sizeof *options; i++)
                end = append(end, options[i]);

        *file = (struct tftp){ SIZE_UNKNOWN, 0, 0, PLAIN_BLOCK, 1, { 0 }, false };
        for (uint32_t waited = 0, wait = REQUEST_WAIT; waited < PATIENCE; waited += wait, wait = longer(wait)) {
                file->port = udp_new_port();
                udp_send(network.server, swap16(TFTP_PORT), file->port, request, (uint32_t)(end - request));
                if (!udp_receive(file->port, &file->first, wait) || file->first.from != network.server ||
                    file->first.size < 4)
                        continue;
                file->server_port = file->first.from_port;
                const struct header *answer = (const struct header *)file->first.data;
                switch (swap16(answer->opcode)) {
                case ERROR:
                        return refused(file, &file->first);
                case OPTIONS:
                        read_options(file, (const char *)answer + 2, (const char *)answer + file->first.size);
                        return true;
                case DATA:
                        return true;
                }
        }
        return fail("the server does not answer by TFTP");
}

struct progress {
        uint32_t next, step;
        unsigned percent;
        void (*told)(unsigned percent);
};

static void tell(struct progress *progress, uint32_t length)
{
        while (progress->told && length >= progress->next && progress->percent < 100) {
                progress->percent += 10;
                progress->next += progress->step;
                progress->told(progress->percent);
        }
}

bool tftp_read(struct tftp *file, void *to, uint32_t room, uint32_t *length, void (*told)(unsigned percent))
{
        uint32_t step = file->size == SIZE_UNKNOWN || file->size < 10 ? 0 : file->size / 10;
        struct progress progress = { step, step, 0, step ? told : 0 };
        uint32_t next = 1, offset = 0;
        uint32_t in_window = 0, waited = 0, wait = FIRST_WAIT;
        bool complained = false;
        struct datagram datagram = file->first;

        if (((const struct header *)datagram.data)->opcode == swap16(OPTIONS))
                acknowledge(file, 0);
        for (;;) {
                const struct header *packet = (const struct header *)datagram.data;
                uint16_t ahead = (uint16_t)(swap16(packet->number) - next);
                if (datagram.size < 4 || datagram.from != network.server || datagram.from_port != file->server_port) {
                        /* Somebody else's. */
                } else if (packet->opcode == swap16(ERROR)) {
                        return refused(file, &datagram);
                } else if (packet->opcode == swap16(DATA) && ahead == 0) {
                        uint32_t size = datagram.size - 4;
                        if (size > file->block_size)
                                size = file->block_size;
                        if (size > room - offset) {
                                fail("it is larger than the %s that fit", size_text(room));
                                tftp_refuse(file, failure);
                                return false;
                        }
                        memcpy((uint8_t *)to + offset, packet->text, size);
                        offset += size;
                        tell(&progress, offset);
                        complained = false;
                        waited = 0;
                        wait = FIRST_WAIT;
                        bool is_last = size < file->block_size;
                        if (++in_window >= file->window_size || is_last) {
                                acknowledge(file, next);
                                in_window = 0;
                        }
                        next++;
                        if (is_last) {
                                *length = offset;
                                return true;
                        }
                } else if (packet->opcode == swap16(DATA) && !complained) {
                        /* One is missing, or our last word was lost: say once how far we are. */
                        if (ahead < 0x8000 || ahead == 0xffff) {
                                acknowledge(file, next - 1);
                                in_window = 0;
                                complained = true;
                        }
                }
                while (!udp_receive(file->port, &datagram, wait)) {
                        waited += wait;
                        if (waited > PATIENCE)
                                return fail("the server went silent after %s", size_text(offset));
                        wait = longer(wait);
                        acknowledge(file, next - 1);
                        in_window = 0;
                        complained = false;
                }
        }
}
