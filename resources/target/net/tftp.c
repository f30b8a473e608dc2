#include "tftp.h"
#include "../pxe/clock.h"
#include "../pxe/console.h"
#include "../pxe/string.h"
#include "network.h"
#include "wire.h"

enum { TFTP_PORT = 69, READ_REQUEST = 1, DATA = 3, ACKNOWLEDGEMENT = 4, ERROR = 5, OPTION_ACKNOWLEDGEMENT = 6 };
enum { PLAIN_BLOCK = 512, BLOCK = 1428, WINDOW = 8 };
/* Milliseconds: before something is sent again, and how often in a row. */
enum { TIMEOUT = 150, TRIES = 9 };

struct session {
        uint32_t server;
        uint16_t port, server_port; /* theirs is known from their first answer on */
        uint32_t block, block_size, window;
        size_t whole;
};

static bool fail(struct tftp_transfer *transfer, const char *why)
{
        format_text(transfer->error, sizeof transfer->error, "%s", why);
        return false;
}

static bool fail_by_server(struct tftp_transfer *transfer, const struct datagram *reply)
{
        char text[80] = { 0 };
        size_t length = reply->length - 4 < sizeof text - 1 ? reply->length - 4 : sizeof text - 1;
        for (size_t i = 0; i < length && reply->data[4 + i]; i++)
                text[i] = reply->data[4 + i] < ' ' ? '?' : (char)reply->data[4 + i];
        format_text(transfer->error, sizeof transfer->error, "%s (TFTP error %u)", text, get16(reply->data + 2));
        return false;
}

static void send_request(const struct session *session, const char *file)
{
        static const char options[] = "octet\0blksize\0"
                                      "1428\0tsize\0"
                                      "0\0windowsize\0"
                                      "8";
        uint8_t request[400];
        size_t length = strlen(file);
        put16(request, READ_REQUEST);
        memcpy(request + 2, file, length + 1);
        memcpy(request + 3 + length, options, sizeof options);
        udp_send(session->server, session->port, TFTP_PORT, request, 3 + length + sizeof options);
}

static void acknowledge(const struct session *session)
{
        uint8_t packet[4];
        put16(packet, ACKNOWLEDGEMENT);
        put16(packet + 2, (uint16_t)session->block);
        udp_send(session->server, session->port, session->server_port, packet, sizeof packet);
}

static uint32_t number(const char *text)
{
        uint32_t value = 0;
        for (; *text >= '0' && *text <= '9'; text++)
                value = value * 10 + (uint32_t)(*text - '0');
        return value;
}

/* Names and values, each ending with a zero byte, which the last one may lack in a hostile packet. */
static bool take_options(struct session *session, const struct datagram *reply)
{
        const char *at = (const char *)reply->data + 2, *end = (const char *)reply->data + reply->length;
        if (reply->length < 4 || end[-1] != 0)
                return false;
        while (at < end) {
                const char *value = at + strlen(at) + 1;
                if (value >= end)
                        return false;
                if (strcmp(at, "blksize") == 0)
                        session->block_size = number(value);
                else if (strcmp(at, "windowsize") == 0)
                        session->window = number(value);
                else if (strcmp(at, "tsize") == 0)
                        session->whole = number(value);
                at = value + strlen(value) + 1;
        }
        return session->block_size >= 8 && session->block_size <= BLOCK && session->window >= 1 && session->window <= WINDOW;
}

/* Receives until the last block, with the request sent and unanswered so far. */
static bool receive(struct session *session, const char *file, struct tftp_transfer *transfer)
{
        uint32_t since_acknowledgement = 0;
        bool answered = false, told_gap = false;
        for (unsigned tries = 0; tries < TRIES;) {
                struct datagram reply;
                uint32_t start = milliseconds();
                if (!udp_receive(session->port, &reply, start, (uint32_t)TIMEOUT << (tries < 4 ? tries : 4))) {
                        tries++;
                        if (answered)
                                acknowledge(session);
                        else
                                send_request(session, file);
                        since_acknowledgement = 0;
                        if (transfer->progress(transfer->length, session->whole))
                                return fail(transfer, "");
                        continue;
                }
                if (reply.source != session->server || reply.length < 4)
                        continue;
                uint16_t operation = get16(reply.data);
                if (operation == ERROR)
                        return fail_by_server(transfer, &reply);
                if (!answered) {
                        session->server_port = reply.source_port;
                        answered = true;
                        if (operation == OPTION_ACKNOWLEDGEMENT) {
                                if (!take_options(session, &reply))
                                        return fail(transfer, "The server's options make no sense");
                                if (session->whole > transfer->room)
                                        return fail(transfer, "It does not fit into memory");
                                acknowledge(session);
                                continue;
                        }
                }
                if (reply.source_port != session->server_port)
                        continue;
                if (operation == OPTION_ACKNOWLEDGEMENT && session->block == 0)
                        acknowledge(session); /* it has not heard that we know */
                if (operation != DATA)
                        continue;
                if (get16(reply.data + 2) != (uint16_t)(session->block + 1)) {
                        /* One is missing, or we have it: say once where we are, and let the rest of the window pass. */
                        if (!told_gap)
                                acknowledge(session);
                        told_gap = true;
                        since_acknowledgement = 0;
                        continue;
                }
                size_t length = reply.length - 4;
                if (length > session->block_size)
                        return fail(transfer, "The server sends blocks of another size than agreed on");
                if (length > transfer->room - transfer->length)
                        return fail(transfer, "It does not fit into memory");
                memcpy(transfer->into + transfer->length, reply.data + 4, length);
                transfer->length += length;
                session->block++;
                tries = 0;
                told_gap = false;
                bool is_last = length < session->block_size;
                if (++since_acknowledgement == session->window || is_last) {
                        acknowledge(session);
                        since_acknowledgement = 0;
                        if (!is_last && transfer->progress(transfer->length, session->whole))
                                return fail(transfer, "");
                }
                if (is_last)
                        return true;
        }
        return fail(transfer, answered ? "The server does not answer any more" : "The server does not answer");
}

bool tftp_read(uint32_t server, const char *file, struct tftp_transfer *transfer)
{
        struct session session = {
                .server = server,
                .port = udp_fresh_port(),
                .block_size = PLAIN_BLOCK,
                .window = 1,
        };
        transfer->length = 0;
        if (strlen(file) > 255)
                return fail(transfer, "The name is too long");
        send_request(&session, file);
        return receive(&session, file, transfer);
}
