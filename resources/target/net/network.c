#include "network.h"
#include "../pxe/clock.h"
#include "../pxe/console.h"
#include "../pxe/string.h"
#include "arp.h"
#include "ethernet.h"
#include "fragments.h"
#include "wire.h"

/* RFC 791 section 3.1, RFC 792, RFC 768. */
enum { IP_HEADER = 20, UDP_HEADER = 8, ICMP = 1, UDP = 17, TIME_TO_LIVE = 64 };
enum { ECHO_REPLY = 0, ECHO = 8 };
/* More of them, or an offset. */
enum { IS_FRAGMENT = 0x3fff };

struct network network;
const uint8_t ethernet_broadcast[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

bool network_open(const struct nic *nic)
{
        network.nic = nic;
        arp_forget();
        return nic->open(network.hardware_address);
}

void network_close(void)
{
        network.nic->close();
}

bool ethernet_send(uint8_t *frame, const uint8_t to[6], uint16_t type, size_t body_length)
{
        memcpy(frame, to, 6);
        memcpy(frame + 6, network.hardware_address, 6);
        put16(frame + 12, type);
        return network.nic->transmit(frame, ETHERNET_HEADER + body_length);
}

/* The sum that is zero over what carries its checksum. RFC 1071. */
static uint16_t checksum(const uint8_t *bytes, size_t length)
{
        uint32_t sum = 0;
        for (; length > 1; length -= 2, bytes += 2)
                sum += get16(bytes);
        if (length)
                sum += (uint32_t)*bytes << 8;
        while (sum >> 16)
                sum = (sum & 0xffff) + (sum >> 16);
        return (uint16_t)~sum;
}

/* Sends a frame whose IP payload is in place already. */
static bool ip_send(uint8_t *frame, uint32_t to, uint8_t protocol, size_t length)
{
        static uint16_t identification;
        uint8_t hardware_address[6];
        bool is_near = ((to ^ network.address) & network.mask) == 0;
        uint32_t hop = is_near || !network.gateway ? to : network.gateway;
        if (to == BROADCAST)
                memcpy(hardware_address, ethernet_broadcast, 6);
        else if (!arp_resolve(hop, hardware_address))
                return false;

        uint8_t *header = frame + ETHERNET_HEADER;
        memset(header, 0, IP_HEADER);
        header[0] = 0x45;
        put16(header + 2, (uint16_t)(IP_HEADER + length));
        put16(header + 4, identification++);
        header[8] = TIME_TO_LIVE;
        header[9] = protocol;
        put32(header + 12, network.address);
        put32(header + 16, to);
        put16(header + 10, checksum(header, IP_HEADER));
        return ethernet_send(frame, hardware_address, ETHERTYPE_IPV4, IP_HEADER + length);
}

/* The frame that is being sent. Only one is at a time: what is answered while waiting has a buffer of its own. */
static uint8_t outgoing[FRAME_MOST], incoming[FRAME_MOST + 4], answer[FRAME_MOST];

bool udp_send(uint32_t to, uint16_t from_port, uint16_t to_port, const void *data, size_t length)
{
        uint8_t *header = outgoing + ETHERNET_HEADER + IP_HEADER;
        if (length > UDP_MOST)
                return false;
        put16(header, from_port);
        put16(header + 2, to_port);
        put16(header + 4, (uint16_t)(UDP_HEADER + length));
        put16(header + 6, 0); /* no checksum: Ethernet has one */
        memcpy(header + UDP_HEADER, data, length);
        return ip_send(outgoing, to, UDP, UDP_HEADER + length);
}

static void answer_echo(uint32_t to, const uint8_t *message, size_t length)
{
        if (length < 8 || length > UDP_MOST || message[0] != ECHO || checksum(message, length) != 0)
                return;
        uint8_t *reply = answer + ETHERNET_HEADER + IP_HEADER;
        memcpy(reply, message, length);
        reply[0] = ECHO_REPLY;
        put16(reply + 2, 0);
        put16(reply + 2, checksum(reply, length));
        ip_send(answer, to, ICMP, length);
}

static bool udp_checksum_is_right(const uint8_t *ip, const uint8_t *udp, size_t length)
{
        if (get16(udp + 6) == 0)
                return true;
        /* The pseudo header: both addresses, the protocol and the length. Sums of sums add up. */
        uint8_t pseudo[12] = { [9] = UDP };
        memcpy(pseudo, ip + 12, 8);
        put16(pseudo + 10, (uint16_t)length);
        uint32_t sum = (uint16_t)~checksum(pseudo, 12) + (uint32_t)(uint16_t)~checksum(udp, length);
        return ((sum & 0xffff) + (sum >> 16)) == 0xffff;
}

static bool ip_receive(const uint8_t *packet, size_t length, const uint8_t *from_mac, uint16_t port, struct datagram *datagram)
{
        if (length < IP_HEADER || packet[0] >> 4 != 4)
                return false;
        size_t header = (packet[0] & 15) * 4u, total = get16(packet + 2);
        if (header < IP_HEADER || total < header || total > length || checksum(packet, header) != 0)
                return false;
        uint32_t source = get32(packet + 12), destination = get32(packet + 16);
        uint32_t subnet_broadcast = network.address | ~network.mask;
        if (network.address && destination != network.address && destination != BROADCAST && destination != subnet_broadcast)
                return false;
        const uint8_t *body = packet + header;
        size_t body_length = total - header;
        if (get16(packet + 6) & IS_FRAGMENT) {
                body = reassemble(packet, header, total, &body_length);
                if (!body)
                        return false;
        }
        if (packet[9] == ICMP && destination == network.address) {
                arp_learn(source, from_mac);
                answer_echo(source, body, body_length);
        }
        if (packet[9] != UDP || body_length < UDP_HEADER || !port || get16(body + 2) != port)
                return false;
        size_t udp_length = get16(body + 4);
        if (udp_length < UDP_HEADER || udp_length > body_length || !udp_checksum_is_right(packet, body, udp_length))
                return false;
        *datagram = (struct datagram){ source, get16(body), body + UDP_HEADER, udp_length - UDP_HEADER };
        return true;
}

bool ethernet_poll(uint16_t port, struct datagram *datagram)
{
        size_t length = network.nic->receive(incoming, sizeof incoming);
        if (length < ETHERNET_HEADER)
                return false;
        const uint8_t *body = incoming + ETHERNET_HEADER;
        length -= ETHERNET_HEADER;
        switch (get16(incoming + 12)) {
        case ETHERTYPE_ARP:
                arp_receive(body, length);
                return false;
        case ETHERTYPE_IPV4:
                return ip_receive(body, length, incoming + 6, port, datagram);
        default:
                return false;
        }
}

bool udp_poll(uint16_t port, struct datagram *datagram)
{
        return ethernet_poll(port, datagram);
}

bool udp_receive(uint16_t port, struct datagram *datagram, uint32_t start, uint32_t duration)
{
        do {
                if (ethernet_poll(port, datagram))
                        return true;
        } while (milliseconds() - start < duration);
        return false;
}

uint16_t udp_fresh_port(void)
{
        static uint16_t last;
        if (!last)
                last = (uint16_t)milliseconds();
        last = (uint16_t)((last + 1) | 0xc000); /* the dynamic ports, RFC 6335 section 6 */
        return last;
}

const char *address_text(uint32_t address)
{
        static char texts[4][16];
        static unsigned turn;
        char *text = texts[turn++ % 4];
        format_text(text, 16, "%u.%u.%u.%u", address >> 24, address >> 16 & 255, address >> 8 & 255, address & 255);
        return text;
}

bool parse_address(const char *text, uint32_t *address)
{
        uint32_t value = 0;
        for (int part = 0; part < 4; part++) {
                uint32_t number = 0;
                int digits = 0;
                for (; *text >= '0' && *text <= '9' && digits < 4; text++, digits++)
                        number = number * 10 + (uint32_t)(*text - '0');
                if (!digits || number > 255 || *text != (part < 3 ? '.' : 0))
                        return false;
                text++;
                value = value << 8 | number;
        }
        *address = value;
        return true;
}
