#include "configure.h"
#include "../pxe/clock.h"
#include "../pxe/string.h"
#include "wire.h"

enum { SERVER_PORT = 67, CLIENT_PORT = 68 };
enum { REQUEST = 1, REPLY = 2, ETHERNET = 1, COOKIE = 0x63825363 };
/* Fields, and the vendor area or options behind them. RFC 951 section 3. */
enum {
        TRANSACTION = 4,
        SECONDS = 8,
        YOURS = 16,
        SERVER = 20,
        HARDWARE_ADDRESS = 28,
        FILE = 108,
        VENDOR = 236,
        OPTIONS = 240,
        MESSAGE = 300,
};
enum option {
        PAD = 0,
        SUBNET_MASK = 1,
        ROUTER = 3,
        NAME_SERVER = 6,
        HOST_NAME = 12,
        DOMAIN_NAME = 15,
        REQUESTED_ADDRESS = 50,
        MESSAGE_TYPE = 53,
        SERVER_IDENTIFIER = 54,
        PARAMETER_LIST = 55,
        CONFIGURATION_FILE = 209, /* RFC 5071 section 5.2 */
        END = 255,
};
enum dhcp_type { BOOTP = 0, DISCOVER = 1, OFFER = 2, DHCP_REQUEST = 3, ACK = 5, NAK = 6 };

static uint8_t message[MESSAGE];
static uint8_t *option_end;

static void add_option(enum option code, const void *value, uint8_t length)
{
        option_end[0] = (uint8_t)code;
        option_end[1] = length;
        memcpy(option_end + 2, value, length);
        option_end += 2 + length;
}

static void begin(uint32_t transaction, uint16_t seconds)
{
        memset(message, 0, sizeof message);
        message[0] = REQUEST;
        message[1] = ETHERNET;
        message[2] = 6;
        put32(message + TRANSACTION, transaction);
        put16(message + SECONDS, seconds);
        memcpy(message + HARDWARE_ADDRESS, network.hardware_address, 6);
        put32(message + VENDOR, COOKIE);
        option_end = message + OPTIONS;
}

static void begin_dhcp(enum dhcp_type type, uint32_t transaction, uint16_t seconds)
{
        static const uint8_t wanted[] = { SUBNET_MASK, ROUTER,      NAME_SERVER,
                                          HOST_NAME,   DOMAIN_NAME, CONFIGURATION_FILE };
        begin(transaction, seconds);
        add_option(MESSAGE_TYPE, &(uint8_t){ (uint8_t)type }, 1);
        add_option(PARAMETER_LIST, wanted, sizeof wanted);
}

static void send(void)
{
        *option_end = END;
        udp_send(BROADCAST, CLIENT_PORT, SERVER_PORT, message, sizeof message);
}

/* The option's value, and its length; a null pointer when it is not there. */
static const uint8_t *find_option(const struct datagram *reply, enum option wanted, uint8_t *length)
{
        if (reply->length < OPTIONS || get32(reply->data + VENDOR) != COOKIE)
                return NULL;
        const uint8_t *at = reply->data + OPTIONS, *end = reply->data + reply->length;
        while (at < end && *at != END) {
                if (*at == PAD) {
                        at++;
                        continue;
                }
                if (end - at < 2 || end - at - 2 < at[1])
                        return NULL;
                if (*at == wanted) {
                        *length = at[1];
                        return at + 2;
                }
                at += 2 + at[1];
        }
        return NULL;
}

static uint32_t number_option(const struct datagram *reply, enum option wanted)
{
        uint8_t length;
        const uint8_t *value = find_option(reply, wanted, &length);
        return value && length >= 4 ? get32(value) : 0;
}

static void text_option(const struct datagram *reply, enum option wanted, char *into, size_t size)
{
        uint8_t length;
        const uint8_t *value = find_option(reply, wanted, &length);
        size_t taken = !value ? 0 : length < size ? length : size - 1;
        memcpy(into, value, taken);
        into[taken] = 0;
}

static enum dhcp_type type_of(const struct datagram *reply)
{
        uint8_t length;
        const uint8_t *value = find_option(reply, MESSAGE_TYPE, &length);
        return value && length == 1 ? *value : BOOTP;
}

static bool is_reply(const struct datagram *reply, uint32_t transaction)
{
        return reply->length >= VENDOR && reply->data[0] == REPLY && get32(reply->data + TRANSACTION) == transaction &&
               memcmp(reply->data + HARDWARE_ADDRESS, network.hardware_address, 6) == 0;
}

/* The mask of an address's class, for a server that names none. RFC 791 section 3.2. */
static uint32_t class_mask(uint32_t address)
{
        return address >> 31 == 0 ? 0xff000000 : address >> 30 == 2 ? 0xffff0000 : 0xffffff00;
}

static void accept(const struct datagram *reply)
{
        uint32_t server = get32(reply->data + SERVER), mask = number_option(reply, SUBNET_MASK);
        network.address = get32(reply->data + YOURS);
        network.mask = mask ? mask : class_mask(network.address);
        network.gateway = number_option(reply, ROUTER);
        network.name_server = number_option(reply, NAME_SERVER);
        network.server = server ? server : reply->source;
        text_option(reply, HOST_NAME, network.host_name, sizeof network.host_name);
        text_option(reply, DOMAIN_NAME, network.domain, sizeof network.domain);
        text_option(reply, CONFIGURATION_FILE, network.configuration_file, sizeof network.configuration_file);
        memcpy(network.boot_file, reply->data + FILE, sizeof network.boot_file - 1);
        network.boot_file[sizeof network.boot_file - 1] = 0;
}

/* Takes the offer of a DHCP server. */
static bool request(uint32_t offered, uint32_t server, uint32_t transaction)
{
        struct datagram reply;
        for (int tries = 0; tries < 4; tries++) {
                uint8_t address[4], identifier[4];
                put32(address, offered);
                put32(identifier, server);
                begin_dhcp(DHCP_REQUEST, transaction, 0);
                add_option(REQUESTED_ADDRESS, address, 4);
                if (server)
                        add_option(SERVER_IDENTIFIER, identifier, 4);
                send();
                uint32_t start = milliseconds();
                while (udp_receive(CLIENT_PORT, &reply, start, 500u << tries)) {
                        if (!is_reply(&reply, transaction))
                                continue;
                        if (type_of(&reply) == NAK)
                                return false;
                        if (type_of(&reply) == ACK) {
                                accept(&reply);
                                return true;
                        }
                }
        }
        return false;
}

bool network_configure(void)
{
        enum { TRIES = 7, FIRST_WAIT_MS = 250 };
        struct datagram reply;
        uint32_t begun = milliseconds();
        /* Until there is an address, every reply is one to us. */
        network.address = network.mask = network.gateway = 0;
        for (unsigned tries = 0; tries < TRIES; tries++) {
                uint32_t transaction = get32(network.hardware_address + 2) + milliseconds();
                uint16_t seconds = (uint16_t)((milliseconds() - begun) / 1000);
                /* BOOTP first, which is one exchange; but there are servers that know DHCP only. */
                if (tries % 2 == 0)
                        begin(transaction, seconds);
                else
                        begin_dhcp(DISCOVER, transaction, seconds);
                send();
                uint32_t start = milliseconds();
                while (udp_receive(CLIENT_PORT, &reply, start, FIRST_WAIT_MS << tries / 2)) {
                        if (!is_reply(&reply, transaction) || !get32(reply.data + YOURS))
                                continue;
                        enum dhcp_type type = type_of(&reply);
                        if (type == BOOTP) {
                                accept(&reply);
                                return true;
                        }
                        if (type == OFFER && request(get32(reply.data + YOURS), number_option(&reply, SERVER_IDENTIFIER), transaction))
                                return true;
                }
        }
        return false;
}
