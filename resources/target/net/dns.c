#include "dns.h"
#include "../pxe/clock.h"
#include "../pxe/console.h"
#include "../pxe/string.h"
#include "network.h"
#include "wire.h"

enum { DNS_PORT = 53, HEADER = 12, NAME_MOST = 255, LABEL_MOST = 63, TYPE_A = 1, CLASS_IN = 1 };
enum { RECURSION_DESIRED = 0x0100, IS_RESPONSE = 0x8000, RESULT_CODE = 0x000f };

/* Writes the question; its length, or 0 when `name` is none. */
static size_t write_question(uint8_t *message, uint16_t id, const char *name)
{
        memset(message, 0, HEADER);
        put16(message, id);
        put16(message + 2, RECURSION_DESIRED);
        put16(message + 4, 1);
        uint8_t *at = message + HEADER;
        while (*name) {
                const char *end = strchr(name, '.');
                size_t length = end ? (size_t)(end - name) : strlen(name);
                if (!length || length > LABEL_MOST || at + 1 + length > message + HEADER + NAME_MOST)
                        return 0;
                *at++ = (uint8_t)length;
                memcpy(at, name, length);
                at += length;
                name += length + (end ? 1 : 0);
        }
        *at++ = 0;
        put16(at, TYPE_A);
        put16(at + 2, CLASS_IN);
        return (size_t)(at + 4 - message);
}

/* The length of a name in a message, which may end in a pointer to another; 0 when it goes beyond `end`. */
static size_t name_length(const uint8_t *at, const uint8_t *end)
{
        const uint8_t *start = at;
        while (at < end) {
                if (*at == 0)
                        return (size_t)(at + 1 - start);
                if (*at >= 0xc0)
                        return (size_t)(at + 2 - start);
                at += 1 + *at;
        }
        return 0;
}

/* The first address among the answers. Aliases are answered together with what they stand for. */
static bool find_address(const struct datagram *reply, uint32_t *address)
{
        enum { RECORD = 10 };
        const uint8_t *end = reply->data + reply->length, *at = reply->data + HEADER;
        size_t length = name_length(at, end);
        if (!length)
                return false;
        at += length + 4;
        for (unsigned answers = get16(reply->data + 6); answers; answers--) {
                length = at < end ? name_length(at, end) : 0;
                at += length;
                if (!length || end - at < RECORD)
                        return false;
                uint16_t data = get16(at + 8);
                if (end - at - RECORD < data)
                        return false;
                if (get16(at) == TYPE_A && get16(at + 2) == CLASS_IN && data == 4) {
                        *address = get32(at + RECORD);
                        return true;
                }
                at += RECORD + data;
        }
        return false;
}

bool resolve_host(const char *host, uint32_t *address)
{
        enum { TRIES = 4, FIRST_WAIT_MS = 500 };
        static uint8_t question[HEADER + NAME_MOST + 8];
        char name[NAME_MOST];
        if (parse_address(host, address))
                return true;
        if (!network.name_server)
                return false;
        bool is_local = !strchr(host, '.') && network.domain[0];
        format_text(name, sizeof name, is_local ? "%s.%s" : "%s", host, network.domain);

        uint16_t port = udp_fresh_port(), id = (uint16_t)(milliseconds() ^ port);
        size_t length = write_question(question, id, name);
        for (unsigned tries = 0; length && tries < TRIES; tries++) {
                struct datagram reply;
                if (!udp_send(network.name_server, port, DNS_PORT, question, length))
                        return false;
                uint32_t start = milliseconds();
                while (udp_receive(port, &reply, start, FIRST_WAIT_MS << tries)) {
                        if (reply.length < HEADER || get16(reply.data) != id || !(get16(reply.data + 2) & IS_RESPONSE))
                                continue;
                        return !(get16(reply.data + 2) & RESULT_CODE) && find_address(&reply, address);
                }
        }
        return false;
}
